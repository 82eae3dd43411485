import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Choice } from './arguments.ts';
import { loadSections } from './load/index.ts';

/** What users get is measured, not the sources with a loader's extras. */
export function needsBuild({ sections }: Pick<Choice, 'sections'>): boolean {
  return loadSections.some(({ name }) => sections.includes(name));
}

/** Builds the packages that are compared, as far as they have changed. Says why if it cannot. */
export function buildPackages(): boolean {
  // turbo wants the package manager on PATH, where it is not for who starts this with node alone.
  const turbo = ['turbo', 'run', 'build', '--filter=@switchmaster/bench^...', '--output-logs=errors-only'];
  const { status } = spawnSync('npx', ['--yes', 'pnpm@12', 'exec', ...turbo], {
    cwd: fileURLToPath(new URL('../../../', import.meta.url)),
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return true;
  process.stderr.write('error: the packages could not be built, see above\n');
  return false;
}
