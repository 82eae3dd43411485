import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import type { Address } from '../address.ts';
import { eventually, until } from '../eventually.ts';
import { connectionsTo, type Scenario, type Trial } from './trial.ts';

/** Something happens to the sentinels. */
export const sentinels: readonly Scenario[] = [
  {
    title: 'all sentinels are replaced one by one, then the master fails over',
    run: async (t) => {
      const { client, resolver } = await t.start();
      const writer = t.write(client);
      for (let i = 0; i < 3; i++) {
        const fresh = await t.cluster.addSentinel();
        const isKnown = (): boolean =>
          resolver.topology.sentinels.some(({ port, host, state }) => {
            return port === fresh.port && host === fresh.host && state === 'connected';
          });
        await until(isKnown, { timeoutMs: 20_000, what: 'the new sentinel to be learnt' });
        await t.cluster.stopSentinel(i);
        await t.cluster.resetSentinels();
      }
      const old = await t.cluster.master();
      await t.cluster.failover();
      const master = await t.cluster.masterAfter(old);
      await writer.more(200);
      t.assertFlawless(await t.finish(writer, master));
    },
  },
  {
    title: 'all sentinels are dead: traffic goes on, and a broken connection comes back',
    run: async (t) => {
      const { client } = await t.start();
      const writer = t.write(client);
      await writer.more(100);
      const master = await t.cluster.master();
      for (let i = 0; i < 3; i++) await t.cluster.stopSentinel(i);
      await writer.more(500);
      assert.equal(writer.failed, 0);
      const id = await client.command('CLIENT', 'ID');
      await writer.stop();
      await master.command('CLIENT', 'KILL', 'TYPE', 'normal');
      const after = t.write(client, { prefix: 'after:' });
      await after.more(300);
      assert.notEqual(await client.command('CLIENT', 'ID'), id, 'it is another connection');
      t.assertFlawless(await t.finish(after, master, 'after the connection was broken'));
    },
  },
  {
    title: 'a sentinel that was away returns with old news: nobody is moved back',
    run: async (t) => {
      const { client, resolver } = await t.start();
      const writer = t.write(client);
      await writer.more(100);
      await t.cluster.stopSentinel(2);
      const old = await t.cluster.master();
      await t.cluster.failover();
      const master = await t.cluster.masterAfter(old);
      await writer.more(100);
      let switches = 0;
      resolver.on('switch', () => switches++);
      await t.cluster.startSentinel(2);
      const { host, port } = t.sentinel(2);
      const isBack = (): boolean =>
        resolver.topology.sentinels.some(
          (one) => one.host === host && one.port === port && one.state === 'connected',
        );
      await until(isBack, { timeoutMs: 15_000, what: 'the returned sentinel to be connected' });
      await writer.more(500);
      t.assertFlawless(await t.finish(writer, master));
      assert.equal(switches, 0);
    },
  },
  {
    title: 'cold start with two dead sentinels first in the list',
    run: async (t) => {
      const gone = await Promise.all([listenSilently(), listenSilently()]);
      await Promise.all(gone.map(({ stop }) => stop()));
      await startCold(
        t,
        gone.map(({ address }) => address),
      );
    },
  },
  {
    title: 'cold start with a hung sentinel first in the list',
    run: async (t) => {
      const hung = await listenSilently();
      try {
        await startCold(t, [hung.address]);
      } finally {
        await hung.stop();
      }
    },
  },
  {
    title: 'clients of several names share one connection to each sentinel',
    cluster: { names: ['one', 'two', 'three', 'four', 'five'], replicas: 0 },
    run: async (t) => {
      const set = t.sentinelSet();
      const resolvers = t.cluster.names.map((name) => t.resolver({ name, sentinels: set }));
      const clients = await Promise.all(
        resolvers.flatMap((resolver) => Array.from({ length: 10 }, () => t.connect(resolver))),
      );
      await Promise.all(clients.map((client) => client.command('SET', 'key', 'value')));
      for (const sentinel of t.cluster.sentinelHandles) {
        await eventually(async () => assert.equal((await connectionsTo(sentinel)).length, 1));
      }
    },
  },
];

async function startCold(t: Trial, first: readonly Address[]): Promise<void> {
  const client = await t.connect(t.resolver({ sentinels: [...first, ...t.cluster.sentinels] }));
  const startedAt = performance.now();
  assert.equal(await client.command('SET', 'key', 'value'), 'OK');
  t.report({ firstCommandMs: Math.round(performance.now() - startedAt) });
}

/** Accepts connections and says nothing. */
async function listenSilently(): Promise<{ address: Address; stop: () => Promise<void> }> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {}).unref();
    server.once('close', () => socket.destroy());
    stops.push(() => socket.destroy());
  });
  const stops: (() => void)[] = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      for (const end of stops) end();
      server.close(() => resolve());
    });
  return { address: { host: '127.0.0.1', port }, stop };
}
