import { eventually, expectNoLeaks, snapshotHandles, whileAwake, Writer } from '@switchmaster/testing';
import { describe, expect, test } from 'vitest';
import { createRedis } from '../src/index.ts';
import { libraries } from './harness.ts';
import { cluster, resolverOf, steer, tend } from './support.ts';

const lone = { replicas: 0, sentinels: 1 };

describe.each(libraries)('%s: while traffic is held', (_, client) => {
  const policies = [
    { autoResendUnfulfilledCommands: true },
    { autoResendUnfulfilledCommands: false },
    { enableOfflineQueue: false },
    { maxRetriesPerRequest: 0 },
  ];
  test.each(policies)('commands wait, and run when it is released: %o', async (policy) => {
    const nodes = await cluster(lone);
    const master = await nodes.master();
    const steered = steer(resolverOf(nodes));
    const redis = tend(createRedis(steered.resolver, { client, ...policy }));
    await eventually(() => expect(redis.status).toBe('ready'));

    steered.hold();
    const held = Promise.all([
      redis.incr('counter'),
      redis.incr('counter'),
      redis.multi().incr('counter').exec(),
    ]);
    await eventually(async () => expect(await master.command('PING')).toBe('PONG'));
    expect(await master.command('GET', 'counter')).toBeNull();

    steered.release();
    expect(await held).toEqual([1, 2, [[null, 3]]]);
    expect(await master.command('GET', 'counter')).toBe('3');
    expect(redis.errors).toEqual([]);
  });

  test('a reply that is under way arrives', async () => {
    const nodes = await cluster(lone);
    const master = await nodes.master();
    const steered = steer(resolverOf(nodes));
    const redis = tend(createRedis(steered.resolver, { client }));
    const popped = redis.blpop('list', 0);
    await eventually(async () => expect(await master.command('CLIENT', 'LIST')).toMatch(/cmd=blpop/));
    steered.hold();
    await master.command('RPUSH', 'list', 'item');
    expect(await popped).toEqual(['list', 'item']);
  });

  test('`commandTimeout` counts', async () => {
    const steered = steer(resolverOf(await cluster(lone)));
    const redis = tend(createRedis(steered.resolver, { client, commandTimeout: 1000 }));
    await redis.ping();
    steered.hold();
    await expect(redis.set('key', 'value')).rejects.toThrow('Command timed out');
    expect(redis.status).toBe('ready');
  });

  test('a handshake is given up and done again, and the queue survives it', async () => {
    const steered = steer(resolverOf(await cluster(lone)));
    const redis = tend(
      createRedis(steered.resolver, { client, commandTimeout: 20_000, maxRetriesPerRequest: 0 }),
    );
    const queued = redis.set('key', 'value');
    await new Promise<void>((resolve) => redis.once('connect', () => resolve()));
    steered.hold();
    await new Promise<void>((resolve) => redis.once('reconnecting', () => resolve()));
    await eventually(() => expect(redis.status).toBe('connecting'));
    steered.release();
    expect(await queued).toBe('OK');
    expect(redis.errors).toEqual([]);
  });

  test('a client that is disconnected leaves nothing behind, and runs nothing more', async () => {
    const nodes = await cluster(lone);
    const master = await nodes.master();
    const before = snapshotHandles();
    const steered = steer(resolverOf(nodes));
    const redis = tend(createRedis(steered.resolver, { client }));
    await redis.ping();
    steered.hold();
    const held = redis.set('key', 'value');
    redis.disconnect();
    await expect(held).rejects.toThrow('Connection is closed.');
    await eventually(() => expect(redis.status).toBe('end'));
    await expectNoLeaks(before);
    expect(steered.followers).toBe(0);
    expect(await master.command('GET', 'key')).toBeNull();
  });
});

describe.each(libraries)('%s: a planned failover', (_, client) => {
  const policies = [
    { autoResendUnfulfilledCommands: false },
    { maxRetriesPerRequest: 0 },
    { retryStrategy: () => 5000 },
    { retryStrategy: null },
    { enableReadyCheck: false },
    { keyPrefix: 'app:', db: 3 },
  ];
  test.each(policies)('loses and fails nothing, whatever the options: %o', (policy) =>
    whileAwake(async () => {
      const nodes = await cluster();
      const redis = tend(createRedis(resolverOf(nodes), { client, ...policy }));
      const writer = new Writer({ set: (key, value) => redis.set(key, value) });
      writer.start();
      await writer.more(100);
      const old = await nodes.master();
      await nodes.failover();
      await nodes.masterAfter(old);
      await writer.more(100);
      await writer.stop();
      const { lost, failed, hung } = await writer.check((keys) => redis.mget(...keys));
      expect({ lost, failed, hung }).toEqual({ lost: 0, failed: 0, hung: 0 });
      expect(redis.status).toBe('ready');
    }),
  );
});

describe.each(libraries)('%s: a master that hangs', (_, client) => {
  test('without `autoResendUnfulfilledCommands`, what was under way is rejected for good', async () => {
    const nodes = await cluster();
    const redis = tend(createRedis(resolverOf(nodes), { client, autoResendUnfulfilledCommands: false }));
    const duplicate = tend(redis.duplicate());
    await Promise.all([redis.ping(), duplicate.ping()]);
    const old = await nodes.master();
    await nodes.freeze(old);
    const underWay = Promise.allSettled([redis.incr('counter'), duplicate.incr('counter')]);
    await nodes.masterAfter(old);
    const outcomes = await underWay;
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(String(outcomes[0] && 'reason' in outcomes[0] && outcomes[0].reason)).toMatch(
      /whether .* is unknown/,
    );
    expect(await redis.get('counter')).toBeNull();
  });
});
