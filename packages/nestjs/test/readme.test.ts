import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import 'reflect-metadata';
import { startCluster, type Cluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const examples = readme.split(/^## /m).flatMap((section) => {
  const [heading = ''] = section.split('\n', 1);
  return [...section.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => ({ heading, code }));
});

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where a package is. What only the store needs is the store's. */
function locate(name: string): string {
  const [, ours, subpath] = /^@switchmaster\/([^/]+)\/?(.*)$/.exec(name) ?? [];
  if (ours) return here(join(`../../${ours}/src`, subpath ?? '', 'index.ts'));
  const homes = [import.meta.url, here('../../cache-manager/package.json')];
  const found = homes.map((home) => {
    try {
      return createRequire(home).resolve(name);
    } catch {
      return undefined;
    }
  });
  return found.find((path) => path !== undefined) ?? name;
}

describe('the examples of the README run', () => {
  let folder = '';
  let cluster: Cluster;
  beforeAll(async () => {
    // Beside the tests, whose compiler options are an application's.
    folder = await mkdtemp(here('./readme-'));
    cluster = await startCluster({ replicas: 1, sentinels: 1, names: ['mymaster', 'jobs'] });
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true });
  });

  test('there are some', () => {
    expect(examples.length).toBeGreaterThan(7);
  });

  test.each(examples)('$heading', async ({ code }) => {
    const list = JSON.stringify(cluster.sentinels);
    const runnable = code
      .replaceAll(/\['s1:26379'.*?\]/g, list)
      .replaceAll(/from '(.*)'/g, (_, name: string) => `from '${locate(name)}'`);
    expect(runnable).toContain(list);
    const file = join(folder, `${Math.random()}.ts`);
    await writeFile(file, runnable);
    const said: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => {
      said.push(words.map((word) => (typeof word === 'string' ? word : inspect(word))).join(' '));
    });
    await import(file);
    log.mockRestore();
    const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, what]) => what);
    expect(said).toEqual(promised);
  });
});
