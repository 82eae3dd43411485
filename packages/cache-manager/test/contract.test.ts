import { createResolver, type Resolver } from '@switchmaster/core';
import { eventually, startCluster, type Cluster } from '@switchmaster/testing';
import KeyvRedis from '@keyv/redis';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { Redis as Valkey } from 'iovalkey';
import { Keyv } from 'keyv';
import { createClient } from 'redis';
import { createClient as createClient5 } from 'redis5';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createStore, SwitchmasterStore, type CacheClient, type StoreOptions } from '../src/index.ts';
import { clientKinds, patient } from './clients.ts';

let cluster: Cluster;
let resolver: Resolver;
let port: number;
let redis: Redis;

beforeAll(async () => {
  cluster = await startCluster({ replicas: 0, sentinels: 1 });
  resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
  ({ port } = await cluster.master());
  redis = new Redis(port);
});

afterAll(async () => {
  redis.disconnect();
  await resolver.close();
  await cluster.stop();
});

beforeEach(async () => {
  await redis.flushall();
});

/** Each with the connection's own defaults; what it makes is ended with the test. */
const clients: Record<string, () => Promise<CacheClient>> = {
  ...Object.fromEntries(
    clientKinds.map((kind) => [
      `@switchmaster/${kind.name}`,
      async () => {
        const { client, end } = await kind.connect(resolver);
        onTestFinished(end);
        return client;
      },
    ]),
  ),
  'ioredis 6': async () => ended(new Redis(port)),
  'ioredis 5': async () => ended(new Redis5(port)),
  iovalkey: async () => ended(new Valkey(port)),
  'ioredis 6, lazily': async () => ended(new Redis({ port, lazyConnect: true })),
  'ioredis 6 with a prefix': async () => ended(new Redis({ port, keyPrefix: 'p*:' })),
  'node-redis 6': async () => ended(createClient({ socket: { port } })),
  'node-redis 5': async () => ended(createClient5({ socket: { port } })),
};

function ended<Client extends { destroy(): void } | { disconnect(): void }>(client: Client): Client {
  onTestFinished(() => {
    if ('destroy' in client) client.destroy();
    else client.disconnect();
  });
  return client;
}

describe.each(Object.entries(clients))('with %s', (name, connect) => {
  const prefix = name.includes('prefix') ? 'p*:' : '';

  async function open(options: Partial<StoreOptions> = {}): Promise<SwitchmasterStore> {
    const store = new SwitchmasterStore({ client: await connect(), ...patient, ...options });
    await store.ready({ signal: AbortSignal.timeout(20_000) });
    return store;
  }

  it('reads, writes and deletes', async () => {
    const store = await open();
    expect(await store.get('a')).toBe(undefined);
    expect(await store.set('a', '1')).toBe(true);
    expect(
      await store.setMany([
        { key: 'b', value: '2', ttl: 5000 },
        { key: 'c', value: '3' },
      ]),
    ).toEqual([true, true]);
    expect(await store.getMany(['c', 'none', 'a', 'c'])).toEqual(['3', undefined, '1', '3']);
    expect([await store.has('a'), await store.has('none')]).toEqual([true, false]);
    expect(await store.hasMany(['none', 'b'])).toEqual([false, true]);
    expect([await store.delete('a'), await store.delete('a')]).toEqual([true, false]);
    expect([
      await store.deleteMany(['b', 'none']),
      await store.deleteMany(['b']),
      await store.deleteMany([]),
    ]).toEqual([true, false, false]);
    expect(await redis.keys('*')).toEqual([`${prefix}cache::c`]);
  });

  it.each([
    [60_000.5, 50_000, 60_001],
    [60_000, 50_000, 60_000],
    [undefined, -1, -1],
    [Infinity, -1, -1],
  ])('a ttl of %s ms', async (ttl, least, most) => {
    const store = await open();
    expect(await store.set('a', '1', ttl)).toBe(true);
    const left = await redis.pttl(`${prefix}cache::a`);
    expect(left).toSatisfy((ms: number) => ms >= least && ms <= most);
  });

  it.each([0, -1, -0.5, Number.NaN])('a ttl of %s ms has expired already', async (ttl) => {
    const store = await open();
    await store.set('a', '1');
    expect(await store.set('a', '2', ttl)).toBe(true);
    expect(await store.get('a')).toBe(undefined);
  });

  it('clears its namespace and nothing else', async () => {
    const foreign = ['abc::x', 'a::x', 'plain', 'a*', 'p*:plain', 'p*:abc::x'];
    await Promise.all(foreign.map((key) => redis.set(key, 'foreign')));
    await redis.hset(`${prefix}a*::hash`, 'field', 'not a value of the store');
    const store = await open({ namespace: 'a*' });
    await store.setMany(Array.from({ length: 1200 }, (_, i) => ({ key: `k${i}`, value: 'v' })));
    expect(await store.clear()).toBe(undefined);
    expect((await redis.keys('*')).toSorted()).toEqual([...foreign, `${prefix}a*::hash`].toSorted());
  });

  it('lists its namespace and nothing else', async () => {
    const store = await open({ namespace: 'a?' });
    await redis.set('ab::x', 'foreign');
    const entries = Array.from({ length: 700 }, (_, i) => [`k${i}`, `v${i}`] as const);
    await store.setMany(entries.map(([key, value]) => ({ key, value })));
    const listed = new Map<string, string>();
    for await (const [key, value] of store.iterator()) listed.set(key, value);
    expect(listed).toEqual(new Map(entries));
  });

  it('a refused command is an error and a miss, and opens nothing', async () => {
    const store = await open({ breaker: { failures: 1 } });
    const errors: string[] = [];
    store.on('error', (error) => errors.push(error.message));
    await redis.lpush(`${prefix}cache::list`, 'x');
    expect(await store.get('list')).toBe(undefined);
    expect([errors.length, store.state]).toEqual([1, 'closed']);
    expect(errors[0]).toMatch(/^GET failed: WRONGTYPE/);
  });

  it('after disconnect() everything is a miss, and the client is as it was', async () => {
    const client = await connect();
    const keyv = createStore({ client, ...patient });
    await (keyv.store as SwitchmasterStore).ready({ signal: AbortSignal.timeout(20_000) });
    await keyv.set('a', 1);
    await Promise.all([keyv.disconnect(), keyv.disconnect()]);
    await keyv.disconnect();
    expect([await keyv.get('a'), await keyv.set('a', 2), await keyv.delete('a')]).toEqual([
      undefined,
      false,
      false,
    ]);
    await keyv.clear();
    expect('status' in client ? client.status : client.isReady).toBe('status' in client ? 'ready' : true);
    expect(await redis.get(`${prefix}cache::a`)).toBe('{"value":1}');
  });
});

describe('the layout of @keyv/redis', () => {
  it.each<[string, (client: CacheClient, url: string) => [Keyv, Keyv]]>([
    [
      'of its createKeyv()',
      (client, url) => [
        createStore({ client, namespace: 'app', ...patient }),
        new Keyv({ store: new KeyvRedis(url), namespace: 'app', useKeyPrefix: false }),
      ],
    ],
    [
      'of new Keyv({ store })',
      (client, url) => [
        new Keyv({ store: new SwitchmasterStore({ client, ...patient }) }),
        new Keyv({ store: new KeyvRedis(url) }),
      ],
    ],
    [
      'of new Keyv({ store, namespace })',
      (client, url) => [
        new Keyv({ store: new SwitchmasterStore({ client, ...patient }), namespace: 'app' }),
        new Keyv({ store: new KeyvRedis(url), namespace: 'app' }),
      ],
    ],
  ])('%s', async (_, make) => {
    const [ours, theirs] = make(redis, `redis://127.0.0.1:${port}`);
    await theirs.set('a', { deep: ['x'] }, 60_000);
    expect(await ours.get('a')).toEqual({ deep: ['x'] });
    await ours.set('b', 2, 60_000);
    expect(await theirs.get('b')).toBe(2);
    expect((await redis.keys('*')).length).toBe(2);
    await theirs.disconnect();
  });
});

describe('the namespace', () => {
  it('is its own again when it is set to nothing, as Nest does', async () => {
    const store = new SwitchmasterStore({ client: redis, namespace: 'app' });
    const keyv = new Keyv({ store, namespace: 'other' });
    expect([store.namespace, keyv.namespace]).toEqual(['other', 'other']);
    Object.assign(store, { namespace: undefined });
    expect(store.namespace).toBe('app');
  });

  it('cannot be one that is in another', () => {
    const store = new SwitchmasterStore({ client: redis });
    expect(() => {
      store.namespace = 'a::b';
    }).toThrow(/`namespace` expects/);
  });
});

describe('errors', () => {
  it('of a listener disturb nobody', async () => {
    const store = new SwitchmasterStore({ client: redis });
    store.on('error', () => {
      throw new Error('of the listener');
    });
    await redis.lpush('cache::list', 'x');
    expect(await store.get('list')).toBe(undefined);
  });

  it.each([
    ['nothing of a client', {}],
    ['a cluster of ioredis', { isCluster: true, call: () => {} }],
    ['a pool of node-redis', { sendCommand: () => {}, isOpen: true }],
    ['a sentinel client of node-redis', { sendCommand: () => {}, getSentinelNode: () => {} }],
  ])('%s is no client', (_, client) => {
    expect(() => createStore({ client: client as CacheClient })).toThrow(
      /`client` expects a client of ioredis/,
    );
  });

  it('ready() says why there is no master', async () => {
    const store = new SwitchmasterStore({ resolver: { name: 'nobody', sentinels: cluster.sentinels } });
    await expect(store.ready({ signal: AbortSignal.timeout(20_000) })).rejects.toMatchObject({
      code: 'NAME_UNKNOWN',
    });
    await store.disconnect();
  });
});

describe('memory', () => {
  it('answers without Redis for a while, and hears of its own writes', async () => {
    const store = new SwitchmasterStore({ client: redis, memory: { ttlMs: 60_000 }, ...patient });
    await store.set('a', '1');
    await redis.set('cache::a', 'changed by another');
    expect(await store.getMany(['a', 'a'])).toEqual(['1', '1']);
    await store.set('a', '2');
    expect(await store.get('a')).toBe('2');
    await store.delete('a');
    expect(await store.get('a')).toBe(undefined);
  });

  it('keeps no value beyond its own ttl', async () => {
    const keyv = createStore({ client: redis, memory: { ttlMs: 60_000 }, ...patient });
    // On a busy machine it may be over before it is looked at.
    await eventually(async () => {
      await keyv.set('a', 1, 100);
      expect(await keyv.get('a')).toBe(1);
    });
    await eventually(async () => expect(await keyv.get('a')).toBe(undefined));
  });

  it('keeps values as they were', async () => {
    const keyv = createStore({ client: redis, memory: true, ...patient });
    await keyv.set('a', { list: [1] });
    (await keyv.get<{ list: number[] }>('a'))?.list.push(2);
    expect(await keyv.get('a')).toEqual({ list: [1] });
  });
});
