import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { startCluster, type Cluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const examples = readme.split(/^## /m).flatMap((section) => {
  const [heading = ''] = section.split('\n', 1);
  return [...section.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => ({ heading, code }));
});

const ours: Readonly<Record<string, string>> = {
  '@switchmaster/cache-manager': '../src/index.ts',
  '@switchmaster/core': '../../core/src/index.ts',
  '@switchmaster/ioredis': '../../ioredis/src/index.ts',
};

/** Where a package is, for a file that is not among ours. */
function locate(name: string): string {
  if (ours[name]) return fileURLToPath(new URL(ours[name], import.meta.url));
  return createRequire(import.meta.url).resolve(name);
}

describe('the examples of the README run', () => {
  let folder = '';
  let cluster: Cluster;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchmaster-readme-'));
    cluster = await startCluster({ replicas: 0, sentinels: 1 });
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  test('there are some', () => {
    expect(examples.length).toBeGreaterThan(3);
  });

  test.each(examples)('$heading', async ({ code }) => {
    const list = JSON.stringify(cluster.sentinels);
    const runnable = code
      .replace(/\['s1:26379'.*?\]/, list)
      .replace(/from '(.*)'/g, (_, name: string) => `from '${locate(name)}'`);
    expect(runnable).toContain(list);
    const file = join(folder, `${Math.random()}.ts`);
    await writeFile(file, runnable);
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await import(file);
    const said = log.mock.calls.map(([what]) => (typeof what === 'string' ? what : inspect(what)));
    log.mockRestore();
    const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, what]) => what);
    expect(promised.length).toBeGreaterThan(0);
    expect(said).toEqual(promised);
  });
});
