import type { Resolver, ResolverOptions } from '@switchmaster/core';
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

function define(name: string, about: string, options: Partial<ResolverOptions> = {}): ClientDefinition {
  return {
    name,
    kind: 'ours',
    library: 'keyv',
    about,
    storedAs: (key) => `${namespace}::${key}`,
    connect: (deployment) => withResolver(deployment, options, connect),
  };
}

export const switchmasterCacheManager: readonly ClientDefinition[] = [
  define('switchmaster-cache-manager', '@switchmaster/cache-manager, a store with a client of its own'),
  define('switchmaster-cache-manager-announcement', "@switchmaster/cache-manager, switchOn: 'announcement'", {
    switchOn: 'announcement',
  }),
];
