import { once } from 'node:events';
import type { Redis, RedisOptions } from 'ioredis';
import type { BenchClient } from './client.ts';

/** The ioredis of version 6, by whose type all three libraries are used: what is called here, they have in common. */
export type Ioredis = typeof Redis;

/** With replies as in version 5. */
export type Options = Omit<RedisOptions, 'replyMapping'>;

export type IoredisLibrary = 'ioredis' | 'ioredis5' | 'iovalkey';

export async function loadIoredis(library: IoredisLibrary): Promise<Ioredis> {
  switch (library) {
    case 'ioredis':
      return (await import('ioredis')).Redis;
    case 'ioredis5':
      return (await import('ioredis5')).Redis as unknown as Ioredis;
    case 'iovalkey':
      return (await import('iovalkey')).Redis as unknown as Ioredis;
  }
}

/** Resolves when the client takes commands. */
export async function whenReady(redis: Redis): Promise<BenchClient> {
  // It goes on after an error. Without a listener it would print each one.
  redis.on('error', () => {});
  if (redis.status !== 'ready') await once(redis, 'ready');
  return {
    set: (key, value) => redis.set(key, value),
    get: (key) => redis.get(key),
    incr: (key) => redis.incr(key),
    setMany: (entries) => redis.pipeline(entries.map(([key, value]) => ['set', key, value])).exec(),
    close: () => redis.disconnect(),
  };
}
