import { once } from 'node:events';
import { eventually, startCluster, whileAwake } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import { addressOf, createResolver, createSentinelSet, formatAddress } from '../src/index.ts';
import {
  addressOnly,
  ask,
  at,
  hasty,
  leaveNothingBehind,
  quickResolver,
  Recorder,
  resolverOf,
  within,
  write,
} from './support.ts';

leaveNothingBehind();

/*
 * Real servers, and options as they are by default but where a test says so. Sentinels take a silent master for
 * dead after half a second, to be done sooner.
 */
const downAfterMs = 500;
/** Two sentinels that vote each for themselves try again after twice this time. */
const failoverTimeoutMs = 2000;

describe('a failover is followed', () => {
  it('while the sentinel that is asked first is dead', async () => {
    await using cluster = await startCluster({ downAfterMs, failoverTimeoutMs });
    await using resolver = resolverOf(cluster);
    const old = await cluster.master();
    expect(await write(resolver, 'before')).toBe(old.address);
    await Promise.all([cluster.kill(old), cluster.stopSentinel(0)]);
    const master = await cluster.masterAfter(old);
    expect(await write(resolver, 'after')).toBe(master.address);
  });

  it('while a sentinel hangs', async () => {
    await using cluster = await startCluster({ downAfterMs, failoverTimeoutMs });
    await using resolver = resolverOf(cluster);
    const old = await cluster.master();
    await cluster.freeze(at(cluster.sentinels, 1));
    expect(await write(resolver, 'before')).toBe(old.address);
    await cluster.kill(old);
    const master = await cluster.masterAfter(old);
    expect(await write(resolver, 'after')).toBe(master.address);
  });

  it('after all sentinels were replaced, one by one, by new ones on new ports', () =>
    whileAwake(async () => {
      await using cluster = await startCluster();
      await using resolver = resolverOf(cluster);
      const { told } = new Recorder(resolver);
      const old = await cluster.master();
      await resolver.master(within(20_000));
      const connected = (): string[] =>
        resolver.topology.sentinels.filter(({ state }) => state === 'connected').map(formatAddress);
      for (const replaced of [...cluster.sentinels]) {
        const fresh = await cluster.addSentinel();
        await eventually(() => expect(connected()).toContain(fresh.address));
        await cluster.stopSentinel(replaced);
        await cluster.resetSentinels();
      }
      await eventually(() =>
        expect(connected().sort()).toEqual(cluster.sentinels.slice(3).map(formatAddress).sort()),
      );
      await cluster.failover();
      const master = await cluster.masterAfter(old);
      expect(await write(resolver, 'after')).toBe(master.address);
      expect(told).toEqual(['hold failover', `move ${master.address} promotion`]);
    }));

  it('of another name does nothing, on the same connections', async () => {
    await using cluster = await startCluster({ names: ['one', 'two'], replicas: 1 });
    await using sentinels = createSentinelSet({ sentinels: cluster.sentinels });
    await using one = createResolver({ name: 'one', sentinels });
    await using two = createResolver({ name: 'two', sentinels });
    const [first, second] = [new Recorder(one), new Recorder(two)];
    const socket = await one.connect(within(20_000));
    const old = await cluster.master('two');
    await two.master(within(20_000));
    await cluster.failover('two');
    await cluster.masterAfter(old);
    await eventually(() => expect(two.topology.phase).toBe('following'));
    expect(second.told).toHaveLength(2);
    expect(first.told).toEqual([]);
    expect(await ask(socket, 'PING')).toBe('+PONG');
    socket.destroy();
  });
});

it('five names and five resolvers need one connection to each sentinel', async () => {
  const names = ['one', 'two', 'three', 'four', 'five'];
  await using cluster = await startCluster({ names, replicas: 0 });
  await using sentinels = createSentinelSet({ sentinels: cluster.sentinels });
  const resolvers = names.map((name) => createResolver({ name, sentinels }));
  const found = await Promise.all(resolvers.map((resolver) => resolver.master(within(20_000))));
  expect(found).toEqual(
    await Promise.all(names.map(async (name) => addressOnly(await cluster.master(name)))),
  );
  await eventually(() =>
    expect(sentinels.sentinels.map(({ state }) => state)).toEqual(['connected', 'connected', 'connected']),
  );
  const lists = await Promise.all(
    cluster.sentinelHandles.map((sentinel) => sentinel.command('CLIENT', 'LIST')),
  );
  const ours = lists.map((list) =>
    (list as string).split('\n').filter((line) => line.includes('name=switchmaster')),
  );
  expect(ours.map(({ length }) => length)).toEqual([1, 1, 1]);
  expect(ours.every(([line]) => /\bresp=3\b/.test(line ?? '') && / sub=[1-9]/.test(line ?? ''))).toBe(true);
  await Promise.all(resolvers.map((resolver) => resolver.close()));
});

it('a process that is busy for longer than its deadlines takes nobody for dead', async () => {
  await using cluster = await startCluster();
  await using resolver = createResolver({
    ...{ name: cluster.name, sentinels: cluster.sentinels },
    // As little as a process may be busy for in a test.
    ...{
      commandTimeoutMs: 800,
      connectTimeoutMs: 800,
      pingIntervalMs: 20,
      refreshIntervalMs: 20,
      roleIntervalMs: 20,
    },
  });
  const { events } = new Recorder(resolver);
  await resolver.master(within(20_000));
  await eventually(() =>
    expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual([
      'connected',
      'connected',
      'connected',
    ]),
  );
  const lost = (): unknown[] => events.sentinel.filter(({ state }) => state === 'lost');
  const before = lost().length;
  for (let times = 0; times < 3; times++) {
    resolver.suspect(await resolver.master(within(20_000)));
    for (const until = performance.now() + 1000; performance.now() < until;);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await resolver.master(within(20_000))).toEqual(addressOnly(await cluster.master()));
  expect(lost()).toHaveLength(before);
});

it('with all sentinels dead a connection that breaks comes back to the master', async () => {
  await using cluster = await startCluster();
  await using resolver = quickResolver({ name: cluster.name, sentinels: cluster.sentinels, ...hasty });
  const { told } = new Recorder(resolver);
  const master = await cluster.master();
  const socket = await resolver.connect(within(20_000));
  await Promise.all(cluster.sentinels.map((sentinel) => cluster.stopSentinel(sentinel)));
  await eventually(() => expect(resolver.topology.minority).toBe(true));
  expect(await ask(socket, 'PING')).toBe('+PONG');
  const closed = once(socket, 'close');
  await cluster.restart(master);
  await closed;
  expect(await write(resolver, 'after')).toBe(master.address);
  expect(told).toEqual([]);
});

it('a client on the wrong side of a partition can hold, and is led to the new master after it', async () => {
  await using cluster = await startCluster({ proxied: true, downAfterMs, failoverTimeoutMs });
  // The deadlines of a sentinel that hangs are short, the rest is as it is by default.
  await using resolver = createResolver({
    ...{ name: cluster.name, sentinels: cluster.sentinels, onMinority: 'hold' },
    ...{ pingIntervalMs: 100, commandTimeoutMs: 1500, connectTimeoutMs: 1500 },
  });
  const { told, events } = new Recorder(resolver);
  const old = await cluster.master();
  await resolver.master(within(20_000));
  await eventually(() =>
    expect(resolver.topology.sentinels.filter(({ state }) => state === 'connected')).toHaveLength(3),
  );
  await cluster.isolate([old, at(cluster.sentinels, 0)], { clients: 'inside' });
  await eventually(() => expect(told).toEqual(['hold minority']));
  await expect(resolver.master(within(50))).rejects.toThrow('traffic is held (minority)');
  const master = await cluster.masterAfter(old);
  await cluster.heal();
  expect(await write(resolver, 'after')).toBe(master.address);
  // Nothing was let go before it was known where to.
  expect(told.find((call) => !call.startsWith('hold'))).toMatch(`move ${master.address} `);
  expect(events.minority.map(({ minority }) => minority)).toEqual([true, false]);
});

it('readers are led to replicas that are in step, also after a failover', async () => {
  await using cluster = await startCluster({ downAfterMs });
  await using resolver = resolverOf(cluster);
  const old = await cluster.master();
  const before = await resolver.connect({ role: 'replica', ...within(20_000) });
  expect(await ask(before, 'ROLE')).toMatch(/^\*5\r\n\$5\r\nslave/);
  before.destroy();
  await cluster.kill(old);
  const master = await cluster.masterAfter(old);
  await resolver.master(within(20_000));
  const others = cluster.nodes.filter((node) => node !== old && node !== master).map(addressOnly);
  await eventually(() => expect(resolver.replicas().map(addressOnly)).toEqual(others));
  const after = await resolver.connect({ role: 'replica', ...within(20_000) });
  expect(addressOf(after)).toEqual(others[0]);
  expect(await ask(after, 'GET nothing')).toBe('$-1');
  after.destroy();
});
