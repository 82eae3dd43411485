import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import 'reflect-metadata';
import { startCluster, type Cluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesOf, runExample } from '../../../test/readme.ts';

const examples = examplesOf(await readFile(new URL('../../../README.md', import.meta.url), 'utf8'));

// Here, since this application has every package, and its compiler options are those of a Nest application.
describe('the examples of the README of the repository run', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ replicas: 1, sentinels: 1 });
  });
  afterAll(() => cluster.stop());

  test('there are some', () => expect(examples).toHaveLength(4));

  test.each(examples)('$code', async (example) => {
    const { said } = await runExample(example, {
      from: import.meta.url,
      inside: fileURLToPath(new URL('.', import.meta.url)),
      sentinels: cluster.sentinels,
    });
    expect(said).toEqual(example.promised);
  });
});
