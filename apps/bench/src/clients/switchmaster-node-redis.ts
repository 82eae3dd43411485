import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { ResolverOptions } from '@switchmaster/core';
import type { ClientDefinition } from './client.ts';
import { type NodeRedisLibrary, whenConnected } from './node-redis-commands.ts';
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
    connect: async (deployment) => {
      putInPlaceOfRedis(library);
      const { createClient } = await import('@switchmaster/node-redis');
      return await withResolver(deployment, options, (resolver) => whenConnected(createClient(resolver)));
    },
  };
}

let found: NodeRedisLibrary = 'redis';

/** The package takes the `redis` that is installed beside it, which is 6. This is for a process of one kind of client. */
function putInPlaceOfRedis(library: NodeRedisLibrary): void {
  if (library === found) return;
  found = library;
  const url = JSON.stringify(pathToFileURL(createRequire(import.meta.url).resolve(library)));
  const hook = `export function resolve(specifier, context, next) {
    return specifier === 'redis' ? { url: ${url}, shortCircuit: true } : next(specifier, context);
  }`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
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
