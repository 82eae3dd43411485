import { createClient, createClientPool, type FollowingOptions } from '@switchmaster/node-redis';
import type { RedisClientOptions, RedisClientPoolType, RedisClientType, RedisPoolOptions } from 'redis';
import type { ClientRecipe } from '../client-recipe.ts';

/**
 * An ordinary node-redis client, of the package `redis`, for the option `client`, with any option of its own that does
 * not say where to connect. It is connected when it is injected, unless there is no Redis (see the option `startup`).
 *
 * @example
 * SwitchmasterModule.forRoot({ name: 'mymaster', sentinels, client: nodeRedis({ database: 1 }) });
 */
export function nodeRedis(options: FollowingOptions<RedisClientOptions> = {}): ClientRecipe<RedisClientType> {
  return {
    library: 'node-redis',
    create: (resolver) => createClient(resolver, options),
    connect: async (client) => void (await client.connect()),
    onError: (client, listener) => void client.on('error', listener),
    close: async (client) => {
      // Answered after everything that was sent before. Its own close() could not be cut short in version 5.
      if (client.isReady) await client.ping();
      destroy(client);
    },
    destroy,
  };
}

/**
 * An ordinary pool of such clients, for the option `client`.
 *
 * @example
 * SwitchmasterModule.forRoot({ name: 'mymaster', sentinels, client: nodeRedisPool({}, { maximum: 10 }) });
 */
export function nodeRedisPool(
  options: Omit<FollowingOptions<RedisClientOptions>, 'clientSideCache'> = {},
  poolOptions: Partial<RedisPoolOptions> = {},
): ClientRecipe<RedisClientPoolType> {
  return {
    library: 'node-redis',
    create: (resolver) => createClientPool(resolver, options, poolOptions),
    connect: async (pool) => void (await pool.connect()),
    onError: (pool, listener) => void pool.on('error', listener),
    close: (pool) => pool.close(),
    destroy: (pool) => pool.destroy(),
  };
}

function destroy(client: RedisClientType): void {
  if (client.isOpen) client.destroy();
}
