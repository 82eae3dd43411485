import diagnostics from 'node:diagnostics_channel';
import { createResolver } from '@switchmaster/core';
import {
  eventually,
  expectNoLeaks,
  selfSignedCertificate,
  snapshotHandles,
  type Cluster,
} from '@switchmaster/testing';
import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { createRedis, sentinelConnection } from '../src/index.ts';
import { libraries } from './harness.ts';
import { cluster, resolverOf, steer, tend } from './support.ts';

const lone = { replicas: 0, sentinels: 1 };
const nowhere = { name: 'mymaster', sentinels: [{ host: '127.0.0.1', port: 1 }] };

async function strangers(nodes: Cluster): Promise<string[]> {
  const members = [...nodes.nodes, ...nodes.sentinelHandles];
  const lists = await Promise.all(members.map((member) => member.command('CLIENT', 'LIST')));
  return lists
    .flatMap((list) => (typeof list === 'string' ? list.trim().split('\n') : []))
    .filter((line) => !/ name=sentinel-| flags=\S*[SM]| cmd=client/.test(line));
}

describe.each(libraries)('%s', (_, client) => {
  test("the user's own hooks are asked, and are not nested by duplicates", async () => {
    const steered = steer(resolverOf(await cluster(lone)));
    const asked: string[] = [];
    const redis = tend(
      createRedis(steered.resolver, {
        client,
        retryStrategy: (times) => {
          asked.push(`retry ${times}`);
          return 1;
        },
        reconnectOnError: (error) => {
          asked.push(error.message);
          return false;
        },
      }),
    );
    const grandchild = tend(tend(redis.duplicate()).duplicate());
    await grandchild.ping();
    await expect(
      grandchild.call('EVAL', "return redis.error_reply('ODD no such luck')", '0'),
    ).rejects.toThrow('ODD');
    const id = await grandchild.client('ID');
    await redis.client('KILL', 'ID', id);
    await eventually(async () => expect(await grandchild.client('ID')).not.toBe(id));
    expect(asked).toEqual(['ODD no such luck', 'retry 1']);
  });

  test('a client and its duplicate keep their prefix, database and name on every connection', async () => {
    const nodes = await cluster(lone);
    const master = await nodes.master();
    const options = { keyPrefix: 'app:', db: 3, connectionName: 'mine' };
    const redis = tend(createRedis(resolverOf(nodes), { client, ...options }));
    const duplicate = tend(redis.duplicate());
    await Promise.all([redis.ping(), duplicate.ping()]);
    await master.command('CLIENT', 'KILL', 'TYPE', 'normal');
    expect(await redis.set('key', 'value')).toBe('OK');
    expect(await duplicate.get('key')).toBe('value');
    expect(await redis.call('KEYS', '*')).toEqual(['app:key']);
    expect(await master.command('INFO', 'keyspace')).toMatch(/db3:keys=1,/);
    expect(await Promise.all([redis, duplicate].map((one) => one.client('GETNAME')))).toEqual([
      'mine',
      'mine',
    ]);
  });

  test('a command that is refused by a true master is rejected, and the client goes on', async () => {
    const steered = steer(resolverOf(await cluster(lone)));
    const redis = tend(createRedis(steered.resolver, { client }));
    const refused = redis.call('EVAL', "return redis.error_reply('READONLY by choice')", '0');
    await expect(refused).rejects.toThrow('READONLY by choice');
    expect(steered.suspicions).not.toEqual([]);
    expect(await redis.set('key', 'value')).toBe('OK');
  });

  test('a client of replicas is told that it may not write', async () => {
    const nodes = await cluster({ replicas: 1, sentinels: 1 });
    const resolver = resolverOf(nodes);
    await eventually(() => expect(resolver.replicas()).toHaveLength(1));
    const redis = tend(createRedis(resolver, { client, role: 'replica' }));
    const id = await redis.client('ID');
    await expect(redis.set('key', 'value')).rejects.toThrow('READONLY');
    expect(await redis.client('ID')).toBe(id);
    const child = tend(redis.duplicate());
    expect(await child.call('ROLE')).toContain('slave');
    expect(await tend(redis.duplicate({ role: 'master' })).set('key', 'value')).toBe('OK');
  });

  test('with `lazyConnect` it connects at the first command', async () => {
    const nodes = await cluster(lone);
    const steered = steer(resolverOf(nodes));
    const redis = tend(createRedis(steered.resolver, { client, lazyConnect: true }));
    expect(steered.followers).toBe(0);
    expect(redis.status).toBe('wait');
    expect(await redis.ping()).toBe('PONG');
    expect(steered.followers).toBe(1);
  });

  test('without a master, errors say why, commands fail in time, and the client never ends', async () => {
    const redis = tend(
      createRedis(nowhere, { client, connectTimeout: 500, maxRetriesPerRequest: 1, retryStrategy: () => 10 }),
    );
    await expect(redis.get('key')).rejects.toThrow(/max retries per request/);
    expect(redis.errors[0]).toMatchObject({ code: 'SENTINELS_UNREACHABLE' });
    expect(redis.status).not.toBe('end');
    redis.disconnect();
    await eventually(() => expect(redis.status).toBe('end'));
  });

  test('a client that is disconnected between two connections ends', async () => {
    const nodes = await cluster(lone);
    const redis = tend(createRedis(resolverOf(nodes), { client, retryStrategy: () => 60_000 }));
    await redis.ping();
    const closed = new Promise<void>((resolve) => redis.once('reconnecting', () => resolve()));
    await (await nodes.master()).command('CLIENT', 'KILL', 'TYPE', 'normal');
    await closed;
    expect(redis.status).toBe('reconnecting');
    const queued = redis.ping();
    redis.disconnect();
    await expect(queued).rejects.toThrow('Connection is closed.');
    await eventually(() => expect(redis.status).toBe('end'));
  });

  test('a client whose resolver was closed tries again at its own pace', async () => {
    const nodes = await cluster(lone);
    const resolver = resolverOf(nodes);
    let retries = 0;
    const retryStrategy = (): number => (++retries === 1 ? 0 : 60_000);
    const redis = tend(createRedis(resolver, { client, retryStrategy }));
    await redis.ping();
    await resolver.close();
    await (await nodes.master()).command('CLIENT', 'KILL', 'TYPE', 'normal');
    await eventually(() => expect(redis.errors).toContainEqual(expect.objectContaining({ code: 'CLOSED' })));
    await eventually(() => expect(retries).toBe(2));
    expect(redis.status).not.toBe('end');
  });

  test('credentials: those of the resolver do, and the client may have its own', async () => {
    const nodes = await cluster({
      ...lone,
      nodePassword: 'secret',
      nodeUsers: ['user app on >own ~* &* +@all'],
    });
    const resolver = resolverOf(nodes, { node: { username: 'app', password: 'own' } });
    expect(await tend(createRedis(resolver, { client })).call('ACL', 'WHOAMI')).toBe('app');
    const own = { username: 'app', password: 'own' };
    const { name, sentinels } = nodes;
    expect(await tend(createRedis({ name, sentinels }, { client, ...own })).call('ACL', 'WHOAMI')).toBe(
      'app',
    );
  });

  test('TLS: the resolver connects with it, and `tls` of the client cannot be overlooked', async () => {
    const tls = selfSignedCertificate();
    const nodes = await cluster({ ...lone, tls });
    const { name, sentinels } = nodes;
    const sentinel = { tls: { ca: tls.ca } };
    const resolver = resolverOf(nodes, { sentinel, node: { tls: { ca: tls.ca } } });
    expect(await tend(createRedis(resolver, { client })).set('key', 'value')).toBe('OK');
    const derived = tend(createRedis({ name, sentinels, sentinel }, { client, tls: { ca: tls.ca } }));
    expect(await derived.get('key')).toBe('value');

    const plain = await cluster(lone);
    const deceived = tend(createRedis(resolverOf(plain), { client, tls: {} }));
    await eventually(() => expect(deceived.errors[0]?.message).toMatch(/set its `node.tls`/));
  });
});

describe.each(libraries)('%s: a resolver made from options', (_, client) => {
  test('is closed with the client and its duplicates', async () => {
    const nodes = await cluster(lone);
    const { name, sentinels } = nodes;
    const before = snapshotHandles();
    const redis = tend(createRedis({ name, sentinels }, { client }));
    const duplicate = tend(redis.duplicate());
    await Promise.all([redis.ping(), duplicate.ping()]);
    await redis.quit();
    expect(await duplicate.ping()).toBe('PONG');
    expect(await strangers(nodes)).not.toEqual([]);
    await duplicate.quit();
    await eventually(async () => expect(await strangers(nodes)).toEqual([]));
    await expectNoLeaks(before);
  });

  test('is closed with a client that never connected', async () => {
    const nodes = await cluster(lone);
    const { name, sentinels } = nodes;
    const redis = tend(createRedis({ name, sentinels }, { client, lazyConnect: true }));
    await eventually(async () => expect(await strangers(nodes)).not.toEqual([]));
    redis.disconnect();
    await eventually(async () => expect(await strangers(nodes)).toEqual([]));
  });

  test('is closed with the last client of sentinelConnection(), and made anew for the next', async () => {
    const nodes = await cluster(lone);
    const { name, sentinels } = nodes;
    const options = sentinelConnection({ name, sentinels });
    const build = (): Redis => tend(new client({ ...options, maxRetriesPerRequest: null }));
    const [one, two] = [build(), build()];
    await Promise.all([one.ping(), two.ping()]);
    one.disconnect();
    expect(await two.ping()).toBe('PONG');
    await two.quit();
    await eventually(async () => expect(await strangers(nodes)).toEqual([]));
    expect(await build().ping()).toBe('PONG');
  });

  test('bad options are told at once', () => {
    expect(() => createRedis({ name: '', sentinels: [] }, { client })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe.each(libraries.slice(0, 2))('%s: tracing', (_, client) => {
  test('tells the resolved address', async () => {
    const nodes = await cluster({ replicas: 1 });
    const seen: unknown[] = [];
    const note = (message: unknown): void => {
      const { command, serverPort } = message as { command?: string; serverPort: number };
      seen.push([command ?? 'connect', serverPort]);
    };
    const channels = ['tracing:ioredis:connect:start', 'tracing:ioredis:command:start'];
    for (const channel of channels) diagnostics.subscribe(channel, note);
    try {
      const resolver = resolverOf(nodes);
      const first = await resolver.master();
      const redis = tend(createRedis(resolver, { client, disableClientInfo: true }));
      await redis.get('key');
      const old = await nodes.master();
      await nodes.failover();
      const second = await nodes.masterAfter(old);
      await redis.get('key');
      expect(seen).toEqual(
        expect.arrayContaining([
          ['connect', first.port],
          ['get', first.port],
        ]),
      );
      expect(seen).toEqual(
        expect.arrayContaining([
          ['get', second.port],
          ['connect', second.port],
        ]),
      );
    } finally {
      for (const channel of channels) diagnostics.unsubscribe(channel, note);
    }
  });
});

test('without a class, ioredis is loaded', async () => {
  const nodes = await cluster(lone);
  await using resolver = createResolver({ name: nodes.name, sentinels: nodes.sentinels });
  expect(await tend(createRedis(resolver)).ping()).toBe('PONG');
});
