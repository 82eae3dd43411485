import { Redis, type RedisOptions } from 'ioredis';
import type { WriteClient } from './lane.ts';

/** For contrast: ioredis with its own Sentinel support, as its README shows it. */
export async function openIoredisSentinel(
  name: string,
  sentinels: NonNullable<RedisOptions['sentinels']>,
): Promise<WriteClient> {
  const redis = new Redis({ name, sentinels });
  redis.on('error', () => {});
  return {
    set: (key, value) => redis.set(key, value),
    close: () => redis.disconnect(),
  };
}
