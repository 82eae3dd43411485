import type { Resolver } from '@switchmaster/core';
import { createRedis } from '@switchmaster/ioredis';
import { createClient as createFollowing, type createClientPool } from '@switchmaster/node-redis';
import { createCache } from 'cache-manager';
import { createCache as createCache6 } from 'cache-manager6';
import type { Redis } from 'ioredis';
import type { Redis as Redis5 } from 'ioredis5';
import type { Redis as Valkey } from 'iovalkey';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { createClient, createSentinel } from 'redis';
import type { createClient as createClient5 } from 'redis5';
import { expectTypeOf, test } from 'vitest';
import { createStore, SwitchmasterStore, type CacheClient } from '../src/index.ts';

declare const resolver: Resolver;

test('createStore() returns what each takes', () => {
  const store = createStore({ resolver, namespace: 'app' });
  expectTypeOf(store).toEqualTypeOf<Keyv>();
  createCache({ stores: [store] });
  createCache6({ stores: [store] });
});

test('the store is an adapter of Keyv 5', () => {
  expectTypeOf<SwitchmasterStore>().toExtend<Omit<KeyvStoreAdapter, 'get' | 'getMany' | 'setMany' | 'on'>>();
  expectTypeOf(new Keyv({ store: new SwitchmasterStore({ resolver }) })).toEqualTypeOf<Keyv>();
});

test('each client is one', () => {
  expectTypeOf<Redis>().toExtend<CacheClient>();
  expectTypeOf<Redis5>().toExtend<CacheClient>();
  expectTypeOf<Valkey>().toExtend<CacheClient>();
  expectTypeOf<ReturnType<typeof createClient>>().toExtend<CacheClient>();
  expectTypeOf<ReturnType<typeof createClient5>>().toExtend<CacheClient>();
  createStore({ client: createRedis(resolver), resolver });
  createStore({ client: createFollowing(resolver), resolver });
});

test('pools and the sentinel client of node-redis are none', () => {
  expectTypeOf<ReturnType<typeof createSentinel>>().not.toExtend<CacheClient>();
  expectTypeOf<ReturnType<typeof createClientPool>>().not.toExtend<CacheClient>();
});

test('options are checked', () => {
  expectTypeOf(
    createStore({ resolver: { name: 'mymaster', sentinels: ['s1:26379'] }, memory: true }),
  ).toEqualTypeOf<Keyv>();
  // @ts-expect-error it is called readTimeoutMs
  createStore({ resolver, timeout: 1 });
  // @ts-expect-error no client
  createStore({ client: 'redis://localhost' });
  // @ts-expect-error no event of a store
  new SwitchmasterStore({ resolver }).on('ready', () => {});
});

test('events have their types', () => {
  const store = new SwitchmasterStore({ resolver });
  store.on('state', (state) => expectTypeOf(state).toEqualTypeOf<'closed' | 'open' | 'recovering'>());
  store.on('error', (error) => expectTypeOf(error).toExtend<Error>());
});
