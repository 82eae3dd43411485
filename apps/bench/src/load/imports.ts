import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { clientNamed } from '../clients/index.ts';
import type { FigureDefinition } from '../results.ts';
import type { SectionContext } from '../section.ts';
import type { Ledger } from './ledger.ts';

const execute = promisify(execFile);
const folder = fileURLToPath(new URL('../..', import.meta.url));
const usualRuns = 7;

export const importFigures: readonly FigureDefinition[] = [
  { name: 'import', title: 'import', unit: 'ms', better: 'lower' },
  { name: 'added', title: 'more than the library alone', unit: 'ms', better: 'lower' },
];

/** A library alone, then what is loaded with it. */
const pairs = [
  {
    plain: 'plain-ioredis6',
    library: 'ioredis',
    ours: 'switchmaster-ioredis6',
    adapter: '@switchmaster/ioredis',
  },
  {
    plain: 'plain-iovalkey',
    library: 'iovalkey',
    ours: 'switchmaster-iovalkey',
    adapter: '@switchmaster/ioredis',
  },
  {
    plain: 'plain-node-redis6',
    library: 'redis',
    ours: 'switchmaster-node-redis6',
    adapter: '@switchmaster/node-redis',
  },
] as const;

const program = `
  const startedAt = performance.now();
  for (const name of process.argv.slice(1)) await import(name);
  console.log(performance.now() - startedAt);
`;

/** How long it takes a fresh process to load the packages, as they are built. Returns what is to be said about it. */
export async function measureImports(context: SectionContext, ledger: Ledger): Promise<readonly string[]> {
  if (!(await isBuilt())) return ['Not measured, since the packages are not built: `pnpm build` does that.'];
  const { runs = usualRuns } = context;
  const chosen = new Set(context.clients.map(({ name }) => name));
  for (const { plain, library, ours, adapter } of pairs) {
    if (!chosen.has(ours)) continue;
    for (let run = 1; run <= runs; run++) {
      const alone = await importMs([library], context.signal);
      const together = await importMs([library, '@switchmaster/core', adapter], context.signal);
      ledger.note('import', clientNamed(plain), run, { import: alone });
      ledger.note('import', clientNamed(ours), run, { import: together, added: together - alone });
    }
  }
  return [];
}

async function isBuilt(): Promise<boolean> {
  const packages = ['@switchmaster/core', '@switchmaster/ioredis', '@switchmaster/node-redis'];
  const loaded = packages.map((name) => importMs([name]));
  return (await Promise.allSettled(loaded)).every(({ status }) => status === 'fulfilled');
}

/** Without the loader of our sources: users have none. */
async function importMs(names: readonly string[], signal?: AbortSignal): Promise<number> {
  const args = ['--input-type=module', '--eval', program, ...names];
  const { stdout } = await execute(process.execPath, args, { cwd: folder, signal });
  return Number(stdout);
}
