import type { Resolver, ResolverOptions } from '@switchmaster/core';
import * as library from '@redis/client';
import type {
  RedisClientOptions,
  RedisClientPoolType,
  RedisClientType,
  RedisFunctions,
  RedisModules,
  RedisPoolOptions,
  RedisScripts,
  RespVersions,
  TypeMapping,
} from '@redis/client';
import { createFollowing, createFollowingPool, type FollowingOptions } from './following.ts';
import type { DefaultResp, None } from './types.ts';

export type { FollowingOptions, ReconnectStrategy, SocketOptions } from './following.ts';

/**
 * An ordinary node-redis client, of the package `@redis/client`, that follows the master. Everything it can do and every option
 * of its own stays as it is. Connect it as ever.
 *
 * With resolver options in place of a resolver, it makes a resolver that is closed after the client.
 *
 * @example
 * const resolver = createResolver({ name: 'mymaster', sentinels: [{ host: 's1', port: 26379 }] });
 * const client = await createClient(resolver).connect();
 * await client.set('key', 'value');
 */
export function createClient<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultResp<RedisClientOptions>,
  TYPE_MAPPING extends TypeMapping = None,
>(
  resolver: Resolver | ResolverOptions,
  options?: FollowingOptions<RedisClientOptions<M, F, S, RESP, TYPE_MAPPING>>,
): RedisClientType<M, F, S, RESP, TYPE_MAPPING> {
  return createFollowing(library, resolver, options) as never;
}

/**
 * An ordinary pool of such clients.
 *
 * @example
 * const pool = await createClientPool(resolver, {}, { maximum: 10 }).connect();
 * await pool.set('key', 'value');
 */
export function createClientPool<
  M extends RedisModules = None,
  F extends RedisFunctions = None,
  S extends RedisScripts = None,
  RESP extends RespVersions = DefaultResp<RedisClientOptions>,
  TYPE_MAPPING extends TypeMapping = None,
>(
  resolver: Resolver | ResolverOptions,
  options?: Omit<FollowingOptions<RedisClientOptions<M, F, S, RESP, TYPE_MAPPING>>, 'clientSideCache'>,
  poolOptions?: Partial<RedisPoolOptions>,
): RedisClientPoolType<M, F, S, RESP, TYPE_MAPPING> {
  return createFollowingPool(library, resolver, options, poolOptions) as never;
}
