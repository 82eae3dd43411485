import { createResolver, type Resolver } from '@switchmaster/core';
import { startCluster, type Cluster } from '@switchmaster/testing';
import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite';
import { Keyv } from 'keyv';
import * as vitest from 'vitest';
import { SwitchmasterStore, type StoreOptions } from '../src/index.ts';
import { clientKinds, patient, type TestClient } from './clients.ts';

const { afterAll, beforeAll, describe } = vitest;

let cluster: Cluster;
let resolver: Resolver;

beforeAll(async () => {
  cluster = await startCluster({ replicas: 0, sentinels: 1 });
  resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
});

afterAll(async () => {
  await resolver.close();
  await cluster.stop();
});

for (const kind of clientKinds) {
  describe(kind.name, () => {
    let given: TestClient;
    beforeAll(async () => {
      given = await kind.connect(resolver);
    });
    afterAll(() => given.end());

    const variants: readonly [string, Partial<StoreOptions>][] = [
      ['Redis', {}],
      ['Redis behind memory', { memory: { staleIfErrorMs: 0 } }],
    ];
    describe.each(variants)('%s', (_, options) => {
      // All stores of a test share what they store, so memory is of use only where one of them is asked again.
      const store = (): SwitchmasterStore =>
        new SwitchmasterStore({ client: given.client, ...patient, ...options });
      keyvTestSuite(vitest, Keyv, store);
      keyvIteratorTests(vitest, Keyv, store);
    });
  });
}
