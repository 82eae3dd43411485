import type { ClientDefinition } from './client.ts';
import { type IoredisLibrary, loadIoredis, type Options, whenReady } from './ioredis-commands.ts';

/**
 * What the documentation offers against slow failovers, each set for a `down-after-milliseconds` of a second. Retries
 * are not shorter, since a `failoverDetector` that finds the client asking its way can end it for good.
 */
const tuned: Options = {
  failoverDetector: true,
  connectTimeout: 500,
  disconnectTimeout: 100,
  socketTimeout: 1000,
  sentinelCommandTimeout: 300,
  retryStrategy: () => 250,
  maxRetriesPerRequest: null,
};

function define(
  name: string,
  library: IoredisLibrary,
  about: string,
  options: Options = {},
): ClientDefinition {
  return {
    name,
    kind: 'peer',
    library,
    about,
    connect: async ({ name: master, sentinels }) => {
      const Redis = await loadIoredis(library);
      const all: Options = {
        ...options,
        name: master,
        sentinels: sentinels.map(({ host, port }) => ({ host, port })),
      };
      return await whenReady(new Redis(all));
    },
  };
}

export const ioredisSentinel: readonly ClientDefinition[] = [
  define('ioredis6', 'ioredis', 'its Sentinel support, defaults'),
  define('ioredis6-detector', 'ioredis', 'with `failoverDetector`', { failoverDetector: true }),
  define('ioredis6-tuned', 'ioredis', 'with `failoverDetector` and short timeouts and retries', tuned),
  define('ioredis5', 'ioredis5', 'its Sentinel support, defaults'),
  define('ioredis5-detector', 'ioredis5', 'with `failoverDetector`', { failoverDetector: true }),
  define('ioredis5-tuned', 'ioredis5', 'with `failoverDetector` and short timeouts and retries', tuned),
  define('iovalkey', 'iovalkey', 'its Sentinel support, defaults'),
  {
    ...define('ioredis6-autopipelining', 'ioredis', 'with `enableAutoPipelining`', {
      enableAutoPipelining: true,
    }),
    underLoad: 'only',
  },
];
