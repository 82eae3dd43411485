import type { ClientDefinition } from './client.ts';
import { haproxy } from './haproxy.ts';
import { ioredisSentinel } from './ioredis-sentinel.ts';
import { nodeRedisSentinel } from './node-redis-sentinel.ts';
import { oracles } from './oracles.ts';
import { plainClients } from './plain.ts';
import { switchmasterCacheManager } from './switchmaster-cache-manager.ts';
import { switchmasterFactory } from './switchmaster-factory.ts';
import { switchmasterIoredis } from './switchmaster-ioredis.ts';
import { switchmasterNestjs } from './switchmaster-nestjs.ts';
import { switchmasterNodeRedis } from './switchmaster-node-redis.ts';

/** All clients, in the order of the tables. A further one is one more file in this folder, and its line here. */
export const clients: readonly ClientDefinition[] = [
  ...switchmasterIoredis,
  ...switchmasterNodeRedis,
  switchmasterFactory,
  ...switchmasterCacheManager,
  ...switchmasterNestjs,
  ...oracles,
  ...ioredisSentinel,
  ...nodeRedisSentinel,
  haproxy,
  ...plainClients,
];

/** @throws Error that names the clients there are. */
export function clientNamed(name: string): ClientDefinition {
  const found = clients.find((client) => client.name === name);
  if (found) return found;
  throw new Error(
    `there is no client '${name}': expected one of ${clients.map((one) => one.name).join(', ')}`,
  );
}
