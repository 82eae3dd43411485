import { createResolver } from '@switchmaster/core';
import { eventually, startCluster, until, type Cluster } from '@switchmaster/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SwitchmasterStore, type StoreOptions } from '../src/index.ts';
import { clientKinds, type ClientKind } from './clients.ts';

/** No failover comes to the rescue: the master is away for less than the sentinels wait. */
async function patientCluster(): Promise<Cluster> {
  const cluster = await startCluster({ replicas: 0, sentinels: 1, downAfterMs: 60_000 });
  onTestFinished(() => cluster.stop());
  return cluster;
}

const kinds: { title: string; kind?: ClientKind }[] = [
  ...clientKinds.map((kind) => ({ title: `the ${kind.name} client of a user`, kind })),
  { title: 'a client of its own' },
];

describe.each(kinds)('with $title', ({ kind }) => {
  async function open(cluster: Cluster, options: Partial<StoreOptions> = {}): Promise<SwitchmasterStore> {
    const resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
    const given = await kind?.connect(resolver);
    const store = new SwitchmasterStore({
      client: given?.client,
      resolver,
      writeTimeoutMs: 500,
      readTimeoutMs: 500,
      ...options,
    });
    await store.ready();
    onTestFinished(async () => {
      await store.disconnect();
      given?.end();
      await resolver.close();
    });
    return store;
  }

  it('a write that a frozen master executes when it thaws does not last', async () => {
    const cluster = await patientCluster();
    const store = await open(cluster);
    const master = await cluster.master();
    await store.set('a', 'old');
    await cluster.freeze(master);
    expect([await store.set('a', 'new'), await store.set('b', 'new')]).toEqual([false, false]);
    await cluster.thaw(master);
    await until(() => store.stats.journal === 0 && store.state === 'closed');
    expect(await store.getMany(['a', 'b'])).toEqual([undefined, undefined]);
    expect(await master.command('EXISTS', 'cache::a', 'cache::b')).toBe(0);
  });

  it('a delete that was not answered is done before its key is read again', async () => {
    const cluster = await patientCluster();
    const store = await open(cluster);
    const master = await cluster.master();
    await store.set('a', 'old');
    await cluster.freeze(master);
    expect(await store.delete('a')).toBe(false);
    await cluster.thaw(master);
    expect(await store.get('a')).toBe(undefined);
    await eventually(async () => expect(await master.command('EXISTS', 'cache::a')).toBe(0));
    expect(await store.get('a')).toBe(undefined);
  });

  it('more deletes than it can remember become one of the namespace, and of nothing else', async () => {
    const cluster = await patientCluster();
    const store = await open(cluster, { journal: { maxKeys: 5 }, breaker: { retryMs: 20, maxRetryMs: 50 } });
    const master = await cluster.master();
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    await store.setMany(keys.map((key) => ({ key, value: 'old' })));
    await master.command('SET', 'other::k', 'foreign');
    await cluster.freeze(master);
    await Promise.all(keys.map((key) => store.delete(key)));
    await cluster.thaw(master);
    await until(() => store.stats.journal === 0 && store.state === 'closed');
    expect(await master.command('DBSIZE')).toBe(1);
    expect(await store.set('k0', 'new')).toBe(true);
    expect(await store.get('k0')).toBe('new');
  });

  it('a clear() that failed is made up for', async () => {
    const cluster = await patientCluster();
    const store = await open(cluster, { clearTimeoutMs: 500, breaker: { retryMs: 20, maxRetryMs: 50 } });
    const master = await cluster.master();
    await store.set('a', 'old');
    await cluster.freeze(master);
    await store.clear();
    await cluster.thaw(master);
    expect(await store.get('a')).toBe(undefined);
    await eventually(async () => expect(await master.command('DBSIZE')).toBe(0));
    await until(() => store.stats.journal === 0);
  });

  it('what is written while the connection is down is not executed when it is up again', async () => {
    const cluster = await patientCluster();
    const store = await open(cluster);
    const master = await cluster.master();
    expect(await store.set('a', 'old')).toBe(true);
    await cluster.kill(master);
    await until(() => store.state !== 'closed');
    const written = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: 'late' }));
    expect(new Set(await store.setMany(written))).toEqual(new Set([false]));
    await cluster.restart(master);
    const sets = async (): Promise<number> => {
      const text = (await master.command('INFO', 'commandstats')) as string;
      return Number(/cmdstat_set:calls=(\d+)/.exec(text)?.[1] ?? 0);
    };
    await until(() => store.state === 'closed');
    expect(await sets()).toBe(0);
    expect(await master.command('DBSIZE')).toBe(0);
  });
});
