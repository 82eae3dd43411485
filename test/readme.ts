/*
 * Runs the examples of a package's README against a real deployment, so that they cannot drift. What an example is:
 *
 * - a block that opens with "```ts": a module of its own, complete with its imports, that ends by itself;
 * - `['s1:26379', 's2:26379', 's3:26379']`, and `'s1'`, … in any list like it, stand for the sentinels' addresses;
 * - `console.log(…); // text` promises that `text` is printed.
 *
 * A package's test is then: startCluster(), examplesOf(readme), and for each one runExample(); and typeErrors() once.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { vi } from 'vitest';

const root: string = fileURLToPath(new URL('..', import.meta.url));

export interface Example {
  /** The heading of the section it is in. */
  readonly heading: string;
  readonly code: string;
  /** What its `console.log()`s promise to print. */
  readonly promised: readonly string[];
}

export interface RunOptions {
  /** `import.meta.url` of the test: packages are resolved from there, */
  readonly from: string;
  /** and what is not found there, from here: `package.json` of packages that the example goes with. */
  readonly alsoFrom?: readonly string[];
  /** Where to put the file, if the compiler options of a folder matter. Default: a temporary folder. */
  readonly inside?: string;
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** Code to add at the end, such as an `export` of something to go on with. */
  readonly append?: string;
  /** Code to leave out, such as the end of the example, if there is something to go on with. */
  readonly without?: string;
}

export interface Run {
  /** What it printed, a line per `console.log()`. */
  readonly said: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
}

/** All examples of a README, in their order. */
export function examplesOf(readme: string): Example[] {
  return readme.split(/^#+ /m).flatMap((section) => {
    const [heading = ''] = section.split('\n', 1);
    return [...section.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => ({
      heading,
      code,
      promised: [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text = '']) => text),
    }));
  });
}

/** Runs an example to its end. What it throws is thrown. */
export async function runExample({ code }: Example, options: RunOptions): Promise<Run> {
  const { from, alsoFrom = [], inside, sentinels, append = '', without = '' } = options;
  if (!code.includes(without)) throw new Error(`the example has no ${JSON.stringify(without)}`);
  const source = `${code.replace(without, '')}\n${append}`
    .replaceAll(/\['s1:26379'.*?\]/g, JSON.stringify(sentinels))
    .replaceAll(/(?<=\bfrom )'(.*)'/g, (_, name: string) => `'${locate(name, [from, ...alsoFrom])}'`);
  return await inFolder(inside, async (folder) => {
    const file = join(folder, 'example.ts');
    await writeFile(file, source);
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      const exports = (await import(file)) as Record<string, unknown>;
      return { said: log.mock.calls.map((values: unknown[]) => values.map(printed).join(' ')), exports };
    } finally {
      log.mockRestore();
    }
  });
}

/** What the compiler says of the examples, as it would to a user with `strict`; nothing, if all is well. */
export async function typeErrors(
  examples: readonly Example[],
  { from }: { readonly from: string },
): Promise<string> {
  return await inFolder(undefined, async (folder) => {
    await Promise.all(examples.map(({ code }, index) => writeFile(join(folder, `${index}.ts`), code)));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    const modules = fileURLToPath(new URL('../node_modules', from));
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.base.json'),
        compilerOptions: {
          ...{
            noUnusedLocals: false,
            isolatedDeclarations: false,
            declaration: false,
            declarationMap: false,
          },
          typeRoots: [join(root, 'node_modules/@types')],
          paths: {
            '@switchmaster/*': [join(root, 'packages/*/src/index.ts')],
            '*': [join(modules, '*'), join(root, 'node_modules/*')],
          },
        },
        files: examples.map((_, index) => `${index}.ts`),
      }),
    );
    const compiler = createRequire(import.meta.url)
      .resolve('typescript/package.json')
      .replace('package.json', 'bin/tsc');
    return await new Promise<string>((resolve) => {
      execFile(process.execPath, [compiler, '--project', folder], (error, stdout) =>
        resolve(error ? stdout || error.message : ''),
      );
    });
  });
}

/** Where a package is, for a file that lies elsewhere: ours are their sources. */
function locate(name: string, from: readonly string[]): string {
  const [, ours, subpath = ''] = /^@switchmaster\/([^/]+)\/?(.*)$/.exec(name) ?? [];
  if (ours) return join(root, 'packages', ours, 'src', subpath, 'index.ts');
  const found = from.flatMap((home) => {
    try {
      return [createRequire(home).resolve(name)];
    } catch {
      return [];
    }
  });
  return found[0] ?? name;
}

function printed(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}

async function inFolder<T>(parent: string | undefined, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(parent ?? tmpdir(), 'switchmaster-readme-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
