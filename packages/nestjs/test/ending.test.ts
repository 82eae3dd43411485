import { createResolver } from '@switchmaster/core';
import { createRedis } from '@switchmaster/ioredis';
import { startCluster } from '@switchmaster/testing';
import { expect, test } from 'vitest';
import { destroy, end } from '../src/ioredis/ending.ts';

test.each([
  ['end', end],
  ['destroy', destroy],
])('%s: an ioredis client between two attempts ends, and settles its queue', async (_, finish) => {
  await using cluster = await startCluster({ replicas: 0, sentinels: 1 });
  await using resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
  const redis = createRedis(resolver, { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  await redis.ping();
  const finished = new Promise<unknown>((resolve, reject) => {
    redis.once('reconnecting', () => {
      expect(redis.status).toBe('reconnecting');
      const waiting = redis.ping().catch((error: unknown) => error);
      finish(redis).then(() => resolve(waiting), reject);
    });
  });
  await cluster.kill(await cluster.master());
  expect(await finished).toBeInstanceOf(Error);
  expect(redis.status).toBe('end');
});
