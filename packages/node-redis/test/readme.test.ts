import { readFile } from 'node:fs/promises';
import { startCluster, type Cluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesOf, runExample } from '../../../test/readme.ts';

const examples = examplesOf(await readFile(new URL('../README.md', import.meta.url), 'utf8'));

describe('the examples of the README run', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ replicas: 1 });
  });
  afterAll(() => cluster.stop());

  test('there are some', () => expect(examples.length).toBeGreaterThan(3));

  test.each(examples)('$heading', async (example) => {
    const { sentinels } = cluster;
    const { said } = await runExample(example, { from: import.meta.url, sentinels });
    expect(said.filter((line) => example.promised.includes(line))).toEqual(example.promised);
  });
});
