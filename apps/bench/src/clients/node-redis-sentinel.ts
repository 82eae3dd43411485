import type { RedisSentinelOptions } from 'redis';
import type { ClientDefinition } from './client.ts';
import { loadNodeRedis, type NodeRedisLibrary, whenConnected } from './node-redis-commands.ts';

type Tuning = Pick<
  RedisSentinelOptions,
  'scanInterval' | 'maxCommandRediscovers' | 'nodeClientOptions' | 'sentinelClientOptions'
>;

/** All that the documentation offers against slow failovers, each set for a `down-after-milliseconds` of a second. */
const tuned: Tuning = {
  scanInterval: 500,
  maxCommandRediscovers: 64,
  nodeClientOptions: { pingInterval: 500, socket: { connectTimeout: 500, socketTimeout: 1000 } },
  sentinelClientOptions: { socket: { connectTimeout: 300, socketTimeout: 1000 } },
};

function define(
  name: string,
  library: NodeRedisLibrary,
  about: string,
  options: Tuning = {},
): ClientDefinition {
  return {
    name,
    kind: 'peer',
    library,
    about,
    connect: async ({ name: master, sentinels }) => {
      const { createSentinel } = await loadNodeRedis(library);
      const sentinelRootNodes = sentinels.map(({ host, port }) => ({ host, port }));
      return await whenConnected(createSentinel({ ...options, name: master, sentinelRootNodes }));
    },
  };
}

export const nodeRedisSentinel: readonly ClientDefinition[] = [
  define('node-redis6', 'redis', '`createSentinel()`, defaults'),
  define('node-redis6-tuned', 'redis', '`createSentinel()` with `scanInterval` and short timeouts', tuned),
  define('node-redis5', 'redis5', '`createSentinel()`, defaults'),
  define('node-redis5-tuned', 'redis5', '`createSentinel()` with `scanInterval` and short timeouts', tuned),
];
