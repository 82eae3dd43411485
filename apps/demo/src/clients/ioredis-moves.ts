import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { Client, Move } from './client.ts';

/** Reports where an ioredis client is connected, and resolves when it takes commands. */
export async function whenReady(redis: Redis, report: (move: Move) => void): Promise<Client> {
  // ioredis goes on after an error. Without a listener it would print each one.
  redis.on('error', () => {});
  redis.on('close', () => report({ kind: 'disconnected' }));
  redis.on('ready', () => {
    const { remoteAddress, remotePort } = redis.stream;
    report({ kind: 'connected', to: `${remoteAddress}:${remotePort}` });
  });
  if (redis.status !== 'ready') await once(redis, 'ready');
  return {
    set: (key, value) => redis.set(key, value),
    close: () => redis.disconnect(),
  };
}
