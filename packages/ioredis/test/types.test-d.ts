import type { Resolver } from '@switchmaster/core';
import { Redis, type RedisOptions } from 'ioredis';
import { Redis as Redis5, type RedisOptions as RedisOptions5 } from 'ioredis5';
import { Redis as Valkey, type RedisOptions as ValkeyOptions } from 'iovalkey';
import { expectTypeOf, test } from 'vitest';
import { createRedis, sentinelConnection, type FollowingOptions } from '../src/index.ts';

declare const resolver: Resolver;

test('createRedis() returns the client of the library at hand', () => {
  expectTypeOf(createRedis(resolver)).toEqualTypeOf<Redis>();
  expectTypeOf(createRedis(resolver, { keyPrefix: 'app:', role: 'replica' })).toEqualTypeOf<Redis>();
  expectTypeOf(createRedis(resolver, { client: Redis })).toEqualTypeOf<Redis>();
  expectTypeOf(createRedis(resolver, { client: Redis5, db: 3 })).toEqualTypeOf<Redis5>();
  expectTypeOf(createRedis(resolver, { client: Valkey, db: 3 })).toEqualTypeOf<Valkey>();
  expectTypeOf(createRedis(resolver).get('key')).toEqualTypeOf<Promise<string | null>>();
  expectTypeOf(createRedis(resolver, { client: Valkey }).duplicate()).toEqualTypeOf<Valkey>();
});

test('createRedis() takes resolver options in place of a resolver', () => {
  expectTypeOf(createRedis({ name: 'mymaster', sentinels: ['s1:26379'] }, { db: 1 })).toEqualTypeOf<Redis>();
});

test('options that say where to connect are refused', () => {
  expectTypeOf<FollowingOptions>().not.toHaveProperty('host');
  expectTypeOf<FollowingOptions>().not.toHaveProperty('sentinels');
  expectTypeOf<FollowingOptions['role']>().toEqualTypeOf<'master' | 'replica' | undefined>();
  // @ts-expect-error the resolver knows the host
  createRedis(resolver, { host: 'localhost' });
  // @ts-expect-error no such option
  createRedis(resolver, { client: Redis5, keyprefix: 'app:' });
});

test('sentinelConnection() fits the options of each library', () => {
  expectTypeOf(sentinelConnection(resolver)).toExtend<RedisOptions>();
  expectTypeOf(sentinelConnection(resolver)).toExtend<RedisOptions5>();
  expectTypeOf(sentinelConnection(resolver)).toExtend<ValkeyOptions>();
  const replica = { ...sentinelConnection(resolver, { role: 'replica' }), maxRetriesPerRequest: null };
  expectTypeOf(new Redis(replica)).toEqualTypeOf<Redis>();
  expectTypeOf(new Redis5(replica)).toEqualTypeOf<Redis5>();
  expectTypeOf(new Valkey(replica)).toEqualTypeOf<Valkey>();
  expectTypeOf(new Redis({ ...sentinelConnection(resolver), replyMapping: 'resp3' })).toEqualTypeOf<
    Redis<'resp3'>
  >();
});
