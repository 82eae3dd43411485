import type { createClient, createClientPool, createSentinel } from 'redis';
import type { BenchClient } from './client.ts';

/** Version 6, by whose types both versions are used: what is called here, they have in common. */
export interface NodeRedis {
  readonly createClient: typeof createClient;
  readonly createClientPool: typeof createClientPool;
  readonly createSentinel: typeof createSentinel;
}

export type NodeRedisLibrary = 'redis' | 'redis5';

export async function loadNodeRedis(library: NodeRedisLibrary): Promise<NodeRedis> {
  switch (library) {
    case 'redis':
      return await import('redis');
    case 'redis5':
      return (await import('redis5')) as unknown as NodeRedis;
  }
}

/** What a client and a sentinel client have in common. */
export interface Commands {
  set: (key: string, value: string) => Promise<unknown>;
  get: (key: string) => Promise<unknown>;
  incr: (key: string) => Promise<unknown>;
  multi(): Chain;
  destroy(): unknown;
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
}

interface Chain {
  set: (key: string, value: string) => unknown;
  execAsPipeline(): Promise<unknown>;
}

/** Connects, and resolves when the client takes commands. */
export async function whenConnected(client: Commands): Promise<BenchClient> {
  // Without a listener an error would end the process.
  client.on('error', () => {});
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    incr: async (key) => Number(await client.incr(key)),
    setMany: (entries) => {
      const chain = client.multi();
      for (const [key, value] of entries) chain.set(key, value);
      return chain.execAsPipeline();
    },
    close: () => void client.destroy(),
  };
}
