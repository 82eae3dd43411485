import { createResolver, type Resolver } from '@switchmaster/core';
import * as client from '@redis/client';
import * as redis from 'redis';
import { expectTypeOf, test } from 'vitest';
import { createClient, createClientPool } from '../src/index.ts';
import { createClient as createPlainClient, createClientPool as createPlainPool } from '../src/client.ts';

declare const resolver: Resolver;

const script = redis.defineScript({
  NUMBER_OF_KEYS: 1,
  SCRIPT: 'return 1',
  parseCommand: (parser, key: string, by: number) => {
    parser.pushKey(key);
    parser.push(String(by));
  },
  transformReply: undefined as unknown as () => number,
});

const mine = {
  NUMBER_OF_KEYS: 0,
  IS_READ_ONLY: true,
  parseCommand: (parser: redis.CommandParser) => parser.push('MINE.COUNT'),
  transformReply: undefined as unknown as () => number,
} as const;

test('createClient() returns what redis returns for the same options', () => {
  expectTypeOf(createClient(resolver)).toExtend<redis.RedisClientType>();
  expectTypeOf(createClient(resolver).get('key')).toEqualTypeOf(redis.createClient().get('key'));
  expectTypeOf(createClient(resolver).hGetAll('key')).toEqualTypeOf(redis.createClient().hGetAll('key'));
  expectTypeOf(createClient(resolver).duplicate()).toExtend<redis.RedisClientType>();
});

test('modules, functions, scripts and the RESP version keep their types', () => {
  const options = { modules: { mine: { count: mine } }, scripts: { add: script }, RESP: 2 } as const;
  const ours = createClient(resolver, options);
  const theirs = redis.createClient(options);
  expectTypeOf(ours.add).toEqualTypeOf(theirs.add);
  expectTypeOf(ours.mine.count).toEqualTypeOf(theirs.mine.count);
  expectTypeOf(ours.json.get).toEqualTypeOf(theirs.json.get);
  expectTypeOf(ours.hGetAll('key')).toEqualTypeOf(theirs.hGetAll('key'));
  expectTypeOf(ours.zScore('key', 'member')).toEqualTypeOf(theirs.zScore('key', 'member'));
  expectTypeOf(ours.multi().add('key', 1).exec()).toEqualTypeOf(theirs.multi().add('key', 1).exec());
  const functions = { functions: { library: { count: mine } } } as const;
  expectTypeOf(createClient(resolver, functions).library.count).toEqualTypeOf(
    redis.createClient(functions).library.count,
  );
  // @ts-expect-error no such script
  void ours.subtract;
});

test('views keep their types', () => {
  const buffers = createClient(resolver).withTypeMapping({ [redis.RESP_TYPES.BLOB_STRING]: Buffer });
  expectTypeOf(buffers.get('key')).resolves.toEqualTypeOf<Buffer | null>();
});

test('createClientPool() returns the pool of the library at hand', () => {
  const ours = createClientPool(resolver, { scripts: { add: script } }, { maximum: 5 });
  const theirs = redis.createClientPool({ scripts: { add: script } }, { maximum: 5 });
  expectTypeOf(ours.add).toEqualTypeOf(theirs.add);
  expectTypeOf(ours.get('key')).toEqualTypeOf(theirs.get('key'));
});

test('without the modules of redis there is @redis/client', () => {
  expectTypeOf(createPlainClient(resolver)).toEqualTypeOf(client.createClient());
  expectTypeOf(createPlainClient(resolver, { RESP: 2 })).toEqualTypeOf(client.createClient({ RESP: 2 }));
  expectTypeOf(createPlainPool(resolver).get('key')).toEqualTypeOf(client.createClientPool().get('key'));
  // @ts-expect-error that is a module of redis
  void createPlainClient(resolver).json;
});

test('resolver options do in place of a resolver', () => {
  createClient({ name: 'mymaster', sentinels: ['s1:26379'] }, { database: 1, role: 'replica' });
  expectTypeOf(createResolver).returns.toExtend<Parameters<typeof createClient>[0]>();
});

test('options that say where to connect are refused', () => {
  // @ts-expect-error the resolver knows where
  createClient(resolver, { url: 'redis://localhost' });
  // @ts-expect-error the resolver knows the host
  createClient(resolver, { socket: { host: 'localhost' } });
  // @ts-expect-error TLS is the resolver's
  createClient(resolver, { socket: { tls: true } });
  // @ts-expect-error Redis' own word is replica
  createClient(resolver, { role: 'slave' });
  expectTypeOf(createClient).parameter(1).not.toBeAny();
  createClient(resolver, { socket: { connectTimeout: 1000, reconnectStrategy: (retries) => retries * 10 } });
});
