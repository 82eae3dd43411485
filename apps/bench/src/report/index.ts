import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Results } from '../results.ts';
import { renderReport } from './document.ts';
import { quotes, withQuotes } from './readme.ts';
import { merge, readSource, serialize, type Source } from './source.ts';

const root = new URL('../../../../', import.meta.url);

/** Where the report is, and what it is made of. */
export const paths: Readonly<Record<'readme' | 'document' | 'folder' | 'source', string>> = {
  readme: pathOf('README.md'),
  document: pathOf('docs/benchmark.md'),
  folder: pathOf('docs/benchmark/'),
  source: pathOf('docs/benchmark/results.json'),
};

function pathOf(name: string): string {
  return fileURLToPath(new URL(name, root));
}

/** Keeps the results, with those of before that were not measured this time. */
export async function mergeIntoSource(results: Results): Promise<void> {
  const before = await readSource(paths.source).catch((): Source => ({}));
  const text = serialize(merge(before, results));
  await mkdir(paths.folder, { recursive: true });
  // What is there is not lost by an end in between.
  await writeFile(`${paths.source}.new`, text);
  await rename(`${paths.source}.new`, paths.source);
}

/** Writes `docs/benchmark.md`, its plots and the quotes of the README from the results that are kept. */
export async function renderAgain(): Promise<void> {
  const source = await readSource(paths.source);
  const { document, plots } = renderReport(source);
  await writeFile(paths.document, document);
  for (const [name, svg] of Object.entries(plots)) await writeFile(`${paths.folder}${name}`, svg);
  await writeFile(paths.readme, withQuotes(await readFile(paths.readme, 'utf8'), quotes(source)));
}
