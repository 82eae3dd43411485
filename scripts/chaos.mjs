// pnpm chaos [arguments of the chaos]: runs it from its sources.

import { environmentWithRedis } from './ensure-redis.mjs';
import { runNode } from './run.mjs';

try {
  const env = await environmentWithRedis();
  const loader = ['--conditions=@switchmaster/source', '--import=tsx', '--expose-gc'];
  runNode([...loader, 'apps/chaos/src/main.ts', ...process.argv.slice(2)], env);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
