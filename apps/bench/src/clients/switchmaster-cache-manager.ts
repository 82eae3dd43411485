import type { Resolver } from '@switchmaster/core';
import type { BenchClient, ClientDefinition } from './client.ts';
import { withResolver } from './shared-resolver.ts';

const namespace = 'bench';

async function connect(resolver: Resolver): Promise<BenchClient> {
  const { createStore } = await import('@switchmaster/cache-manager');
  const cache = createStore({ resolver, namespace });
  cache.on('error', () => {});
  await cache.get('connected');
  return {
    set: async (key, value) => {
      if (!(await cache.set(key, value))) throw new Error('not stored');
    },
    get: (key) => cache.get(key),
    setMany: (entries) => cache.setMany(entries.map(([key, value]) => ({ key, value }))),
    close: () => void cache.disconnect(),
  };
}

export const switchmasterCacheManager: ClientDefinition = {
  name: 'switchmaster-cache-manager',
  kind: 'ours',
  library: 'keyv',
  about: '@switchmaster/cache-manager, a store with a client of its own',
  storedAs: (key) => `${namespace}::${key}`,
  connect: (deployment) => withResolver(deployment, {}, connect),
};
