import type { Resolver } from '@switchmaster/core';
import { createRedis } from '@switchmaster/ioredis';
import { createClient } from '@switchmaster/node-redis';

/** One adapter's client, and what the chaos needs of it. */
export interface Client {
  readonly name: string;
  set(key: string, value: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A client of each adapter, with the options that users begin with. */
export async function connectAll(resolver: Resolver): Promise<readonly Client[]> {
  return [connectIoredis(resolver), await connectNodeRedis(resolver)];
}

function connectIoredis(resolver: Resolver): Client {
  const redis = createRedis(resolver);
  redis.on('error', () => {});
  return {
    name: 'ioredis',
    set: (key, value) => redis.set(key, value),
    close: async () => redis.disconnect(),
  };
}

async function connectNodeRedis(resolver: Resolver): Promise<Client> {
  const client = createClient(resolver);
  client.on('error', () => {});
  await client.connect();
  return {
    name: 'node-redis',
    set: (key, value) => client.set(key, value),
    close: async () => client.destroy(),
  };
}
