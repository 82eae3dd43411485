// pnpm bench [arguments of the benchmark]: runs it from its sources, on built packages where load is measured.

import { spawnSync } from 'node:child_process';
import { environmentWithRedis } from './ensure-redis.mjs';
import { runNode } from './run.mjs';

try {
  const env = await environmentWithRedis();
  // Only what has changed is built.
  const turbo = ['node_modules/turbo/bin/turbo', 'run', 'build', '--output-logs=errors-only'];
  const { status } = spawnSync(process.execPath, turbo, {
    cwd: new URL('..', import.meta.url),
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('the packages could not be built, see above');
  const loader = ['--conditions=@switchmaster/source', '--import=tsx'];
  runNode([...loader, 'apps/bench/src/main.ts', ...process.argv.slice(2)], env);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
