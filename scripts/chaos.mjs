// pnpm chaos [arguments of the chaos]: runs it from its sources.
// pnpm chaos partition [--runs n]: what a partition costs a client on the wrong side.

import { environmentWithRedis } from './ensure-redis.mjs';
import { runNode } from './run.mjs';

try {
  const env = await environmentWithRedis();
  const loader = ['--conditions=@switchmaster/source', '--import=tsx', '--expose-gc'];
  const [first, ...others] = process.argv.slice(2);
  if (first === 'partition') runNode([...loader, 'apps/chaos/src/partition/main.ts', ...others], env);
  else runNode([...loader, 'apps/chaos/src/main.ts', ...process.argv.slice(2)], env);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
