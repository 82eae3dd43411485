import type { BenchClient, ClientDefinition } from './client.ts';
import { loadNodeRedis, whenConnected } from './node-redis-commands.ts';
import { withResolver } from './shared-resolver.ts';

/** An ordinary client per master. What fails with its client fails, as in an application that does nothing about it. */
export const switchmasterFactory: ClientDefinition = {
  name: 'switchmaster-factory',
  kind: 'ours',
  library: 'redis',
  underLoad: 'too',
  about: '`createClientFactory()` of @switchmaster/core, making node-redis 6 clients',
  connect: async (deployment) => {
    const { createClientFactory } = await import('@switchmaster/core');
    const { createClient } = await loadNodeRedis('redis');
    // node-redis computes a class for each address that it is given here; duplicates share that of their original.
    const original = createClient();
    return await withResolver(deployment, {}, async (resolver) => {
      const clients = createClientFactory<BenchClient>(resolver, {
        create: ({ host, port }) => whenConnected(original.duplicate({ socket: { host, port } })),
        close: (client) => client.close(),
      });
      await clients.get();
      return {
        set: async (key, value) => (await clients.get()).set(key, value),
        get: async (key) => (await clients.get()).get(key),
        incr: async (key) => {
          const { incr } = await clients.get();
          if (!incr) throw new Error('node-redis has counters');
          return await incr(key);
        },
        setMany: async (entries) => (await clients.get()).setMany(entries),
        close: () => void clients.close(),
      };
    });
  },
};
