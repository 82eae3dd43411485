import { SwitchmasterError, type Resolver } from '@switchmaster/core';
import { connectionOf, type CacheClient, type Connection } from './client.ts';

/** Commands that are not answered when the connection ends are not sent again, and none is queued for later. */
const ioredisOptions = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false };
const nodeRedisOptions = { disableOfflineQueue: true };

/**
 * A client of the store's own: ioredis, if its adapter and it are installed, else node-redis.
 *
 * @throws SwitchmasterError `INVALID_OPTION` when neither is.
 */
export async function connectOwn(resolver: Resolver): Promise<Connection> {
  const reasons: unknown[] = [];
  for (const load of [loadIoredis, loadNodeRedis]) {
    try {
      return connectionOf(await load(resolver));
    } catch (error) {
      reasons.push(error);
    }
  }
  throw new SwitchmasterError(
    'INVALID_OPTION',
    'createStore({ resolver }) found no client: install @switchmaster/ioredis with ioredis, or ' +
      '@switchmaster/node-redis with redis, or give a `client`',
    { cause: new AggregateError(reasons) },
  );
}

async function loadIoredis(resolver: Resolver): Promise<CacheClient> {
  const { createRedis } = await import('@switchmaster/ioredis');
  return createRedis(resolver, ioredisOptions);
}

async function loadNodeRedis(resolver: Resolver): Promise<CacheClient> {
  const { createClient } = await import('@switchmaster/node-redis');
  return createClient(resolver, nodeRedisOptions);
}
