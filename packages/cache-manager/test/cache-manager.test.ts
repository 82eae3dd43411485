import { createResolver, type Resolver } from '@switchmaster/core';
import { startCluster, type Cluster } from '@switchmaster/testing';
import { CACHE_MANAGER, CacheModule } from '@nestjs/cache-manager';
import { Test } from '@nestjs/testing';
import { createCache, type Cache } from 'cache-manager';
import { createCache as createCache6 } from 'cache-manager6';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createStore, SwitchmasterStore } from '../src/index.ts';
import { clientKinds, patient, type TestClient } from './clients.ts';
import 'reflect-metadata';

let cluster: Cluster;
let resolver: Resolver;
let redis: Redis;

beforeAll(async () => {
  cluster = await startCluster({ replicas: 0, sentinels: 1 });
  resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
  redis = new Redis((await cluster.master()).port);
});

afterAll(async () => {
  redis.disconnect();
  await resolver.close();
  await cluster.stop();
});

beforeEach(async () => {
  await redis.flushall();
});

/** What the versions have in common. */
type AnyCache = Pick<
  Cache,
  'get' | 'mget' | 'set' | 'mset' | 'del' | 'mdel' | 'clear' | 'ttl' | 'wrap' | 'disconnect'
>;

async function viaNest(store: Keyv): Promise<AnyCache> {
  const imports = [CacheModule.registerAsync({ useFactory: () => ({ ttl: 60_000, stores: [store] }) })];
  const module = await Test.createTestingModule({ imports }).compile();
  const cache = module.get<Cache>(CACHE_MANAGER);
  expect(cache.stores[0]).toBe(store);
  return cache;
}

const makers: Record<string, (store: Keyv) => AnyCache | Promise<AnyCache>> = {
  'cache-manager 7': (store) => createCache({ stores: [store], ttl: 60_000 }),
  'cache-manager 6': (store) => createCache6({ stores: [store], ttl: 60_000 }) as AnyCache,
  "Nest's CacheModule": viaNest,
};

describe.each(clientKinds)('with the $name client of a user', (kind) => {
  let given: TestClient;
  beforeAll(async () => {
    given = await kind.connect(resolver);
  });
  afterAll(() => given.end());

  describe.each(Object.entries(makers))('%s', (_, make) => {
    async function open(): Promise<AnyCache> {
      return await make(createStore({ client: given.client, resolver, namespace: 'app', ...patient }));
    }

    it('reads, writes and deletes, one or many', async () => {
      const cache = await open();
      await cache.set('a', { n: 1 });
      await cache.mset([
        { key: 'b', value: 2 },
        { key: 'c', value: 3, ttl: 30_000 },
      ]);
      expect(await cache.get('a')).toEqual({ n: 1 });
      // A miss is `null` in cache-manager 6.
      const values = await cache.mget(['a', 'none', 'c']);
      expect(values.map((value) => value ?? 'none')).toEqual([{ n: 1 }, 'none', 3]);
      expect((await redis.keys('*')).toSorted()).toEqual(['app::a', 'app::b', 'app::c']);
      await cache.del('a');
      await cache.mdel(['b']);
      expect(await redis.keys('*')).toEqual(['app::c']);
    });

    it('knows how long a value lives', async () => {
      const cache = await open();
      await cache.set('a', 1, 30_000);
      const expires = (await cache.ttl('a')) ?? 0;
      expect(expires - Date.now()).toBeGreaterThan(25_000);
      expect(await redis.pttl('app::a')).toBeGreaterThan(25_000);
    });

    it('wraps: the source is asked once', async () => {
      const cache = await open();
      let asked = 0;
      const source = async (): Promise<number> => ++asked;
      expect([await cache.wrap('a', source), await cache.wrap('a', source), asked]).toEqual([1, 1, 1]);
    });

    it('clears its namespace alone', async () => {
      const cache = await open();
      await redis.set('other::a', 'foreign');
      await cache.set('a', 1);
      await cache.clear();
      expect(await redis.keys('*')).toEqual(['other::a']);
    });

    it('a disconnected cache misses, and wrap() still has the result of its source', async () => {
      const cache = await open();
      await cache.disconnect();
      expect([(await cache.get('a')) ?? 'none', await cache.wrap('a', () => 1)]).toEqual(['none', 1]);
    });
  });
});

describe("Nest's CacheModule", () => {
  it('takes the bare store, and closes it with the application', async () => {
    const store = new SwitchmasterStore({ resolver, namespace: 'app', ...patient });
    const imports = [CacheModule.register({ isGlobal: true, stores: store as never })];
    const module = await Test.createTestingModule({ imports }).compile();
    onTestFinished(() => store.disconnect());
    const cache = module.get<Cache>(CACHE_MANAGER);
    await cache.set('a', 1, 30_000);
    expect([await cache.get('a'), await cache.wrap('a', () => 2)]).toEqual([1, 1]);
    await module.close();
    expect(await cache.get('a')).toBe(undefined);
  });

  it('two modules may have one store', async () => {
    const store = createStore({ resolver, namespace: 'app', ...patient });
    const imports = [CacheModule.register({ stores: [store] }), CacheModule.register({ stores: [store] })];
    const module = await Test.createTestingModule({ imports }).compile();
    await store.set('a', 1);
    await module.close();
    expect(await store.get('a')).toBe(undefined);
  });
});

describe('plain Keyv', () => {
  it('iterates, with createStore() and over the bare store', async () => {
    for (const keyv of [
      createStore({ resolver, ...patient }),
      new Keyv({ store: new SwitchmasterStore({ resolver, ...patient }) }),
    ]) {
      onTestFinished(() => keyv.disconnect());
      await keyv.set('a', 1);
      await keyv.set('b', 2);
      const entries = new Map<unknown, unknown>();
      for await (const [key, value] of keyv.iterator?.(undefined) ?? []) entries.set(key, value);
      expect(entries).toEqual(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      );
    }
  });

  it('takes the ttl of the store', async () => {
    const keyv = createStore({ resolver, ttlMs: 30_000, ...patient });
    onTestFinished(() => keyv.disconnect());
    await keyv.set('a', 1);
    expect(await redis.pttl('cache::a')).toBeGreaterThan(25_000);
  });
});
