// pnpm example [arguments of the example]: runs it from its sources, on a Redis that is there or that it gets.

import { environmentWithRedis } from './ensure-redis.mjs';
import { runNode } from './run.mjs';

try {
  const env = await environmentWithRedis();
  const loader = ['--conditions=@switchmaster/source', '--import=tsx'];
  // Nest's decorators are an option of that file.
  const TSX_TSCONFIG_PATH = 'apps/example/tsconfig.json';
  runNode([...loader, 'apps/example/src/main.ts', ...process.argv.slice(2)], { ...env, TSX_TSCONFIG_PATH });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
