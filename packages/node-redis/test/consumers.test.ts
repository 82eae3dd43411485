import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { createClientFactory, createResolver, type Resolver } from '@switchmaster/core';
import { sentinelConnection } from '@switchmaster/ioredis';
import {
  eventually,
  startCluster,
  until,
  whileAwake,
  type Cluster,
  type ClusterNode,
} from '@switchmaster/testing';
import { createAdapter } from '@socket.io/redis-adapter';
import { GlideClient } from '@valkey/valkey-glide';
import { Queue, QueueEvents, Worker, type ConnectionOptions } from 'bullmq';
import { RedisStore } from 'connect-redis';
import session from 'express-session';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { createClient } from '../src/index.ts';

let cluster: Cluster;
let resolver: Resolver;

beforeEach(async () => {
  cluster = await startCluster({ replicas: 1, nodeConfig: { 'repl-diskless-sync': 'no' } });
  resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
});
afterEach(async () => {
  await resolver.close();
  await cluster.stop();
});

async function failOver(): Promise<ClusterNode> {
  const old = await cluster.master();
  await cluster.failover();
  return cluster.masterAfter(old);
}

async function crash(): Promise<ClusterNode> {
  const old = await cluster.master();
  await cluster.freeze(old);
  return cluster.masterAfter(old);
}

describe('BullMQ', () => {
  const drivers: [
    name: string,
    connect: () => Promise<{ connection: ConnectionOptions; end: () => void }>,
  ][] = [
    [
      'a node-redis client',
      async () => {
        const client = await createClient(resolver).connect();
        return { connection: client as unknown as ConnectionOptions, end: () => client.destroy() };
      },
    ],
    [
      'an ioredis client made of sentinelConnection()',
      async () => {
        const client = new Redis({ ...sentinelConnection(resolver), maxRetriesPerRequest: null });
        return { connection: client as ConnectionOptions, end: () => client.disconnect() };
      },
    ],
  ];
  const faults: [name: string, fault: () => Promise<ClusterNode>][] = [
    ['a planned failover', failOver],
    ['a hang of the master', crash],
  ];

  describe.each(drivers)('with %s', (_, connect) => {
    it.each(faults)(
      'no job is lost or stuck in %s',
      async (__, fault) => {
        const { connection, end } = await connect();
        let tries = 0;
        const heard = await whileAwake(() => playThrough(`letters-${tries++}`, connection, fault));
        assert.ok(heard > 50);
        end();
      },
      240_000,
    );
  });

  /** Waits until every job that was added is done, and tells of how many of them the events have told. */
  async function playThrough(
    name: string,
    connection: ConnectionOptions,
    fault: () => Promise<ClusterNode>,
  ): Promise<number> {
    const done = new Set<string>();
    const added = new Set<string>();
    const heard = new Set<string>();
    const queue = new Queue(name, { connection });
    // A job that was taken by a command whose reply never came is taken anew when its lock has run out: after
    // half a minute by default, which is shortened here.
    const locks = { lockDuration: 2000, stalledInterval: 500, maxStalledCount: 5 };
    const take = async (job: { data: unknown }): Promise<void> => void done.add(String(job.data));
    const worker = new Worker(name, take, { connection, concurrency: 5, ...locks });
    const events = new QueueEvents(name, { connection });
    for (const one of [queue, worker, events] as EventEmitter[]) one.on('error', () => {});
    events.on('completed', ({ jobId }) => void heard.add(jobId));
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady(), events.waitUntilReady()]);
    const load = { on: true };
    const add = async (): Promise<void> => {
      for (let i = 0; load.on; i++) {
        const job = await queue
          .add('letter', String(i), { jobId: `job-${i}`, attempts: 3 })
          .catch(() => undefined);
        if (job) added.add(String(i));
      }
    };
    const adder = add();
    try {
      await eventually(() => done.size > 50);
      await fault();
      const before = added.size;
      await eventually(() => added.size > before + 50);
      load.on = false;
      await adder;
      await eventually(() =>
        assert.deepEqual(
          [...added].filter((data) => !done.has(data)),
          [],
        ),
      );
      await eventually(async () => {
        const { active, waiting, failed } = await queue.getJobCounts('active', 'waiting', 'failed');
        assert.deepEqual({ active, waiting, failed }, { active: 0, waiting: 0, failed: 0 });
      });
      await until(() => heard.size > 50);
      return heard.size;
    } finally {
      load.on = false;
      await adder;
      await Promise.all([queue.close(), worker.close(), events.close()]);
    }
  }
});

it('@socket.io/redis-adapter: messages cross between two servers after a failover', async () => {
  const clients = await Promise.all([0, 1].map(() => createClient(resolver).connect()));
  const subscribers = await Promise.all(clients.map((client) => client.duplicate().connect()));
  const servers = clients.map((client, i) => {
    const heard: unknown[] = [];
    const namespace = {
      server: {},
      name: '/',
      sockets: new Map(),
      _onServerSideEmit: ([, what]: unknown[]) => heard.push(what),
    };
    return { heard, adapter: createAdapter(client, subscribers[i])(namespace) };
  });
  const cross = async (what: string): Promise<void> => {
    const hears = (): void => {
      for (const { adapter } of servers) adapter.serverSideEmit(['hello', what]);
      assert.ok(servers.every(({ heard }) => heard.includes(what)));
    };
    await eventually(hears, { intervalMs: 50 });
  };
  await cross('before');
  await failOver();
  await cross('after');
  await Promise.all([...clients, ...subscribers].map((client) => client.close()));
});

it('connect-redis: sessions are kept through a failover', async () => {
  const client = await createClient(resolver).connect();
  const store = new RedisStore({ client });
  const data = (user: string): session.SessionData => ({ cookie: new session.Cookie(), user }) as never;
  await store.set('one', data('Ada'));
  let failed = 0;
  const load = { on: true };
  const writing = (async () => {
    while (load.on) await store.set('two', data('Grace')).catch(() => failed++);
  })();
  await failOver();
  load.on = false;
  await writing;
  assert.equal(failed, 0);
  assert.equal(((await store.get('one')) as { user?: string }).user, 'Ada');
  client.destroy();
});

it('@valkey/valkey-glide is led through createClientFactory()', async () => {
  const clients = createClientFactory(resolver, {
    create: ({ host, port }) => GlideClient.createClient({ addresses: [{ host, port }] }),
    close: (client) => client.close(),
  });
  const set = async (key: string): Promise<void> => {
    const client = await clients.get({ signal: AbortSignal.timeout(20_000) });
    await client.set(key, 'value');
  };
  await set('before');
  const master = await failOver();
  await eventually(() => set('after'));
  assert.equal(await master.command('GET', 'after'), 'value');
  await clients.close();
});
