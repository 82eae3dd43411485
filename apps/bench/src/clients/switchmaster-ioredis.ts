import type { ResolverOptions } from '@switchmaster/core';
import type { ClientDefinition } from './client.ts';
import { type IoredisLibrary, loadIoredis, whenReady } from './ioredis-commands.ts';
import { withResolver } from './shared-resolver.ts';

function define(
  name: string,
  library: IoredisLibrary,
  about: string,
  options: Partial<ResolverOptions> = {},
): ClientDefinition {
  return {
    name,
    kind: 'ours',
    library,
    about,
    connect: async (deployment) => {
      const [{ createRedis }, client] = [await import('@switchmaster/ioredis'), await loadIoredis(library)];
      return await withResolver(deployment, options, (resolver) =>
        whenReady(createRedis(resolver, { client })),
      );
    },
  };
}

export const switchmasterIoredis: readonly ClientDefinition[] = [
  define('switchmaster-ioredis6', 'ioredis', '@switchmaster/ioredis, defaults'),
  define('switchmaster-ioredis5', 'ioredis5', '@switchmaster/ioredis, defaults'),
  define('switchmaster-iovalkey', 'iovalkey', '@switchmaster/ioredis, defaults'),
  define('switchmaster-ioredis6-announcement', 'ioredis', "@switchmaster/ioredis, switchOn: 'announcement'", {
    switchOn: 'announcement',
  }),
  {
    ...define('switchmaster-ioredis6-minority', 'ioredis', "@switchmaster/ioredis, onMinority: 'hold'", {
      onMinority: 'hold',
    }),
    scenarios: ['S7a', 'S7b'],
  },
];
