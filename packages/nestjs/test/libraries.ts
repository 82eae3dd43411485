import type { Redis } from 'ioredis';
import type { RedisClientPoolType, RedisClientType } from 'redis';
import type { ClientRecipe } from '../src/index.ts';
import { ioredis } from '../src/ioredis/index.ts';
import { nodeRedis, nodeRedisPool } from '../src/node-redis/index.ts';

/** What tests want of a client, of either library. */
export interface Library {
  readonly name: string;
  readonly recipe: () => ClientRecipe;
  /** Blocks for good. */
  block(client: object): Promise<unknown>;
  increment(client: object, key: string): Promise<number>;
  count(client: object, key: string): Promise<number>;
  ping(client: object): Promise<unknown>;
  isReady(client: object): boolean;
  isClosed(client: object): boolean;
}

const ioredisLibrary: Library = {
  name: 'ioredis',
  recipe: () => ioredis(),
  block: (client) => (client as Redis).blpop('nothing', 0),
  increment: (client, key) => (client as Redis).incr(key),
  count: async (client, key) => Number(await (client as Redis).get(key)),
  ping: (client) => (client as Redis).ping(),
  isReady: (client) => (client as Redis).status === 'ready',
  isClosed: (client) => (client as Redis).status === 'end',
};

const nodeRedisLibrary: Library = {
  name: 'node-redis',
  recipe: () => nodeRedis(),
  block: (client) => (client as RedisClientType).blPop('nothing', 0),
  increment: (client, key) => (client as RedisClientType).incr(key),
  count: async (client, key) => Number(await (client as RedisClientType).get(key)),
  ping: (client) => (client as RedisClientType).ping(),
  isReady: (client) => (client as RedisClientType).isReady,
  isClosed: (client) => !(client as RedisClientType).isOpen,
};

/** A pool, of which tests want less. */
export const pool: Library = {
  ...nodeRedisLibrary,
  name: 'a pool of node-redis',
  recipe: () => nodeRedisPool({}, { minimum: 2, maximum: 10 }),
  // It does not tell.
  isReady: () => false,
  isClosed: (client) => !(client as RedisClientPoolType).isOpen,
};

export const libraries: readonly Library[] = [ioredisLibrary, nodeRedisLibrary];
