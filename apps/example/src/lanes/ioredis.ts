import type { Resolver } from '@switchmaster/core';
import { createRedis } from '@switchmaster/ioredis';
import type { WriteClient } from './lane.ts';

/** An ordinary ioredis, which follows the master. */
export async function openIoredis(resolver: Resolver): Promise<WriteClient> {
  const redis = createRedis(resolver);
  // It goes on by itself. ioredis prints the errors that nobody listens to.
  redis.on('error', () => {});
  return {
    set: (key, value) => redis.set(key, value),
    close: () => redis.disconnect(),
  };
}
