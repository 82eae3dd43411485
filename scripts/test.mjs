// pnpm test [vitest's arguments]: every test, or those of the files named.

import { environmentWithRedis } from './ensure-redis.mjs';
import { runNode } from './run.mjs';

try {
  const env = await environmentWithRedis();
  runNode(['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], env);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
