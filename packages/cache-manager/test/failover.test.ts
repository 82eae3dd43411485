import { createResolver, type Resolver } from '@switchmaster/core';
import {
  eventually,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
  until,
  whileAwake,
  type Cluster,
} from '@switchmaster/testing';
import type { Keyv } from 'keyv';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStore, type SwitchmasterStore, type StoreOptions } from '../src/index.ts';
import { clientKinds, patient } from './clients.ts';
import { Load, type LoadReport } from './load.ts';

/** A cache in front of `resolver`, with the client of a user or with one of its own. */
type Open = (resolver: Resolver, options?: Partial<StoreOptions>) => Promise<Keyv>;

const opens: [string, Open][] = [
  ...clientKinds.map((kind): [string, Open] => [
    `the ${kind.name} client of a user`,
    async (resolver, options) => {
      const { client, end } = await kind.connect(resolver);
      onTestFinished(end);
      return await opened({ client, resolver, ...options });
    },
  ]),
  ['a client of its own', (resolver, options) => opened({ resolver, ...options })],
];

async function opened(options: StoreOptions): Promise<Keyv> {
  const keyv = createStore(options);
  onTestFinished(() => keyv.disconnect());
  await storeOf(keyv).ready({ signal: AbortSignal.timeout(20_000) });
  return keyv;
}

function storeOf(keyv: Keyv): SwitchmasterStore {
  return keyv.store as SwitchmasterStore;
}

async function clusterAndResolver(): Promise<[Cluster, Resolver]> {
  const cluster = await startCluster({ replicas: 2, sentinels: 3 });
  const resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
  onTestFinished(async () => {
    await resolver.close();
    await cluster.stop();
  });
  return [cluster, resolver];
}

const faults = ['kill', 'freeze', 'failover'] as const;

/** Whatever happens, nothing hangs, nothing rejects, and nothing that was deleted is read. */
const unharmed = { deletedButServed: [], rejected: 0, pending: 0 };

async function loadThrough(fault: (typeof faults)[number], open: Open): Promise<LoadReport> {
  const [cluster, resolver] = await clusterAndResolver();
  const keyv = await open(resolver);
  const load = new Load(keyv, 1000);
  try {
    await until(() => storeOf(keyv).stats.hits > 400);
    const old = await cluster.master();
    if (fault === 'failover') await cluster.failover();
    else await cluster[fault](old);
    await cluster.masterAfter(old);
    await until(() => storeOf(keyv).state === 'closed' && resolver.topology.master?.port !== old.port);
    const { hits } = storeOf(keyv).stats;
    await until(() => storeOf(keyv).stats.hits > hits + 400);
  } finally {
    await load.stop();
  }
  await until(() => storeOf(keyv).stats.journal === 0);
  return await load.stop();
}

// What a process deletes after it stood still, and nobody could tell it of the new master, may be too late.
describe.each(opens)('with %s', (_, open) => {
  it.each(faults)('under load through a %s', (fault) =>
    whileAwake(async () => expect(await loadThrough(fault, open)).toMatchObject(unharmed)),
  );

  it('answers at once while there is no Redis, and comes back with it', async () => {
    const [cluster, resolver] = await clusterAndResolver();
    const keyv = await open(resolver, { breaker: { retryMs: 50, maxRetryMs: 100 } });
    await keyv.set('a', 1);
    const nodes = cluster.nodes;
    await Promise.all(nodes.map((node) => cluster.kill(node)));
    await until(() => storeOf(keyv).state === 'open');
    // If each took the 250 ms that it may, this would outlast the test.
    for (let i = 0; i < 1000; i++) expect(await keyv.get('a')).toBe(undefined);
    expect([await keyv.set('a', 2), await keyv.delete('a'), await keyv.getMany(['a'])]).toEqual([
      false,
      false,
      [undefined],
    ]);
    await Promise.all(nodes.map((node) => cluster.restart(node)));
    await eventually(async () => expect(await keyv.set('a', 3)).toBe(true), { timeoutMs: 30_000 });
    await eventually(async () => expect(await keyv.get('a')).toBe(3));
  });

  it('a planned failover does not open it before the hold, and hardly longer', () =>
    whileAwake(async () => {
      const [cluster, resolver] = await clusterAndResolver();
      const keyv = await open(resolver);
      const happened: string[] = [];
      resolver.on('hold', () => happened.push('hold'));
      resolver.on('switch', () => happened.push('switch'));
      storeOf(keyv).on('state', (state) => happened.push(state));
      const load = new Load(keyv, 200);
      await cluster.failover();
      await until(() => happened.at(-1) === 'closed');
      await load.stop();
      expect(happened.filter((what) => what === 'hold' || what === 'switch')).toEqual(['hold', 'switch']);
      expect(new Set(happened.slice(0, 2))).toEqual(new Set(['hold', 'open']));
    }));

  it('leaves nothing behind', async () => {
    const [, resolver] = await clusterAndResolver();
    await resolver.master();
    const before = snapshotHandles();
    const keyv = createStore({ resolver });
    await storeOf(keyv).ready();
    await keyv.set('a', 1);
    await keyv.disconnect();
    await expectNoLeaks(before);
    expect(await resolver.master()).toBeDefined();
  });
});

describe.each(clientKinds)('with a $name client and nobody else to tell of failovers', (kind) => {
  it.each(faults)('under load through a %s', async (fault) => {
    const open: Open = async (resolver) => {
      const { client, end } = await kind.connect(resolver);
      onTestFinished(end);
      return await opened({ client });
    };
    await whileAwake(async () => expect(await loadThrough(fault, open)).toMatchObject(unharmed));
  });
});

describe('memory', () => {
  it.each(faults)('under load through a %s', async (fault) => {
    const open: Open = (resolver) => opened({ resolver, memory: { ttlMs: 50 } });
    await whileAwake(async () => expect(await loadThrough(fault, open)).toMatchObject(unharmed));
  });

  it('serves what it has while there is no Redis, but nothing that was deleted', async () => {
    const [cluster, resolver] = await clusterAndResolver();
    const keyv = await opened({ resolver, memory: { ttlMs: 1 } });
    await keyv.set('a', 1);
    await keyv.set('b', 2);
    await Promise.all(cluster.nodes.map((node) => cluster.kill(node)));
    await until(() => storeOf(keyv).state === 'open');
    await keyv.delete('b');
    expect([await keyv.get('a'), await keyv.get('b'), await keyv.get('c')]).toEqual([
      1,
      undefined,
      undefined,
    ]);
    await keyv.set('c', 3);
    expect(await keyv.get('c')).toBe(3);
    expect(storeOf(keyv).stats.stale).toBeGreaterThan(0);
  });
});

describe('with resolver options', () => {
  it('makes a resolver, which is closed with it', async () => {
    const [cluster] = await clusterAndResolver();
    const before = snapshotHandles();
    const { name, sentinels } = cluster;
    const keyv = createStore({ resolver: { name, sentinels }, ...patient });
    expect(await keyv.set('a', 1)).toBe(true);
    await keyv.disconnect();
    await expectNoLeaks(before);
  });

  it('an application starts while nobody is there, and finds them later', async () => {
    const [cluster] = await clusterAndResolver();
    await Promise.all([0, 1, 2].map((sentinel) => cluster.stopSentinel(sentinel)));
    const keyv = createStore({ resolver: { name: cluster.name, sentinels: cluster.sentinels } });
    onTestFinished(() => keyv.disconnect());
    expect([await keyv.get('a'), await keyv.set('a', 1)]).toEqual([undefined, false]);
    const ready = storeOf(keyv).ready({ signal: AbortSignal.timeout(100) });
    await expect(ready).rejects.toMatchObject({ code: 'SENTINELS_UNREACHABLE' });
    for (const sentinel of [0, 1, 2]) await cluster.startSentinel(sentinel);
    await eventually(async () => expect(await keyv.set('a', 1)).toBe(true));
  });
});
