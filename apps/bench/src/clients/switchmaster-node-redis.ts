import type { Resolver, ResolverOptions } from '@switchmaster/core';
import type { ClientDefinition } from './client.ts';
import { type Commands, loadNodeRedis, type NodeRedisLibrary, whenConnected } from './node-redis-commands.ts';
import { withResolver } from './shared-resolver.ts';

function define(
  name: string,
  library: NodeRedisLibrary,
  about: string,
  options: Partial<ResolverOptions> = {},
): ClientDefinition {
  return {
    name,
    kind: 'ours',
    library,
    about,
    fromSources: library !== 'redis',
    connect: async (deployment) => {
      const create = await loadCreate(library);
      return await withResolver(deployment, options, (resolver) => whenConnected(create(resolver)));
    },
  };
}

/** The package's entry takes the `redis` that is installed beside it, which is 6. Its inner function takes any. */
async function loadCreate(library: NodeRedisLibrary): Promise<(resolver: Resolver) => Commands> {
  if (library === 'redis') return (await import('@switchmaster/node-redis')).createClient;
  const { createFollowing } = await import('../../../../packages/node-redis/src/following.ts');
  const redis = await loadNodeRedis(library);
  return (resolver) => createFollowing(redis, resolver) as Commands;
}

export const switchmasterNodeRedis: readonly ClientDefinition[] = [
  define('switchmaster-node-redis6', 'redis', '@switchmaster/node-redis, defaults'),
  define('switchmaster-node-redis5', 'redis5', '@switchmaster/node-redis, defaults'),
  define(
    'switchmaster-node-redis6-announcement',
    'redis',
    "@switchmaster/node-redis, switchOn: 'announcement'",
    { switchOn: 'announcement' },
  ),
];
