// pnpm bench [arguments of the benchmark]: runs it from its sources. It builds the packages itself where load is measured.

import { environmentWithRedis } from './ensure-redis.mjs';
import { runNode } from './run.mjs';

try {
  const loader = ['--conditions=@switchmaster/source', '--import=tsx'];
  runNode([...loader, 'apps/bench/src/main.ts', ...process.argv.slice(2)], await environmentWithRedis());
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
