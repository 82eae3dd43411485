import type { Resolver } from '@switchmaster/core';
import { createRedis } from '@switchmaster/ioredis';
import { createClient } from '@switchmaster/node-redis';
import type { CacheClient, StoreOptions } from '../src/index.ts';

/** A client of the kind that a user has, and how it is ended. */
export interface TestClient {
  readonly client: CacheClient;
  readonly end: () => void;
}

export interface ClientKind {
  readonly name: string;
  readonly connect: (resolver: Resolver) => Promise<TestClient>;
}

/** The clients of the two adapters, with their own defaults. */
export const clientKinds: readonly ClientKind[] = [
  {
    name: 'ioredis',
    connect: async (resolver) => {
      const client = createRedis(resolver);
      client.on('error', () => {});
      await client.ping();
      return { client, end: () => client.disconnect() };
    },
  },
  {
    name: 'node-redis',
    connect: async (resolver) => {
      const client = createClient(resolver);
      client.on('error', () => {});
      await client.connect();
      return { client, end: () => client.destroy() };
    },
  },
];

/** For what is not about deadlines: a busy machine is no reason to miss. */
export const patient: Pick<StoreOptions, 'readTimeoutMs' | 'writeTimeoutMs' | 'clearTimeoutMs'> = {
  readTimeoutMs: 20_000,
  writeTimeoutMs: 20_000,
  clearTimeoutMs: 20_000,
};
