import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import 'reflect-metadata';
import { startCluster, type Cluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesOf, runExample } from '../../../test/readme.ts';

const examples = examplesOf(await readFile(new URL('../README.md', import.meta.url), 'utf8'));

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

describe('the examples of the README run', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ replicas: 1, sentinels: 1, names: ['mymaster', 'jobs'] });
  });
  afterAll(() => cluster.stop());

  test('there are some', () => expect(examples.length).toBeGreaterThan(7));

  test.each(examples)('$heading', async (example) => {
    const { said } = await runExample(example, {
      from: import.meta.url,
      // What only the store needs is the store's.
      alsoFrom: [here('../../cache-manager/package.json')],
      // Beside the tests, whose compiler options are an application's.
      inside: here('.'),
      sentinels: cluster.sentinels,
    });
    expect(said.filter((line) => example.promised.includes(line))).toEqual(example.promised);
  });
});
