import type { Redis } from 'ioredis';
import type { Client, Connect } from './client.ts';
import { load } from './load.ts';
import { given, sentinelsOf, tlsOf } from './own-sentinel-support.ts';

/** ioredis with its own Sentinel support. */
export const connect: Connect = async ({ deployment, connectionName, options }) => {
  const { Redis } = await load('ioredis', () => import('ioredis'));
  const { name, node, sentinel } = deployment;
  const sentinelTls = tlsOf(sentinel.tls);
  return asClient(
    new Redis({
      name,
      sentinels: sentinelsOf(deployment),
      connectionName,
      ...given({
        username: node.username,
        password: node.password,
        tls: tlsOf(node.tls),
        sentinelUsername: sentinel.username,
        sentinelPassword: sentinel.password,
        sentinelTLS: sentinelTls,
        enableTLSForSentinelMode: sentinelTls && true,
      }),
      ...options,
    }),
  );
};

export function asClient(redis: Redis): Client {
  // It goes on after an error. Without a listener it would print each one.
  redis.on('error', () => {});
  return {
    set: (key, value, ttlSeconds) => redis.set(key, value, 'EX', ttlSeconds),
    close: () => redis.disconnect(),
  };
}
