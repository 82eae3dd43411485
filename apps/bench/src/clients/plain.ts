import type { ClientDefinition, Deployment } from './client.ts';
import { type IoredisLibrary, loadIoredis, whenReady } from './ioredis-commands.ts';
import { loadNodeRedis, type NodeRedisLibrary, whenConnected } from './node-redis-commands.ts';

function plainIoredis(name: string, library: IoredisLibrary): ClientDefinition {
  return {
    name,
    kind: 'plain',
    library,
    about: 'one node, no Sentinel',
    connect: async (deployment) => {
      const Redis = await loadIoredis(library);
      return await whenReady(new Redis({ ...firstOf(deployment) }));
    },
  };
}

function plainNodeRedis(name: string, library: NodeRedisLibrary): ClientDefinition {
  return {
    name,
    kind: 'plain',
    library,
    about: 'one node, no Sentinel',
    connect: async (deployment) => {
      const { createClient } = await loadNodeRedis(library);
      return await whenConnected(createClient({ socket: firstOf(deployment) }));
    },
  };
}

/** What a store of ours is compared with. */
const plainKeyv: ClientDefinition = {
  name: 'plain-keyv',
  kind: 'plain',
  library: 'keyv',
  about: 'Keyv with @keyv/redis, one node, no Sentinel',
  connect: async (deployment) => {
    const { createKeyv } = await import('@keyv/redis');
    const cache = createKeyv({ socket: firstOf(deployment) }, { namespace: 'bench' });
    await cache.get('connected');
    return {
      set: (key, value) => cache.set(key, value),
      get: (key) => cache.get(key),
      setMany: (entries) => cache.setMany(entries.map(([key, value]) => ({ key, value }))),
      close: () => void cache.disconnect(),
    };
  },
};

function firstOf({ nodes }: Deployment): { host: string; port: number } {
  const [first] = nodes;
  if (!first) throw new Error('a plain client needs a node');
  return { host: first.host, port: first.port };
}

/** What all others are compared with where nothing fails. */
export const plainClients: readonly ClientDefinition[] = [
  plainIoredis('plain-ioredis6', 'ioredis'),
  plainIoredis('plain-ioredis5', 'ioredis5'),
  plainIoredis('plain-iovalkey', 'iovalkey'),
  plainNodeRedis('plain-node-redis6', 'redis'),
  plainNodeRedis('plain-node-redis5', 'redis5'),
  plainKeyv,
];
