// pnpm demo [arguments of the demo]: runs it from its sources. Only the demo itself writes to stdout.

import { environmentWithRedis } from './ensure-redis.mjs';
import { runNode } from './run.mjs';

try {
  const env = await environmentWithRedis();
  const loader = ['--conditions=@switchmaster/source', '--import=tsx'];
  runNode([...loader, 'apps/demo/src/main.ts', ...process.argv.slice(2)], env);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
