import { createResolver } from '@switchmaster/core';
import { createRedis } from '@switchmaster/ioredis';
import type { Client, Deployment, Move } from './client.ts';
import { whenReady } from './ioredis-moves.ts';

/** The same ioredis, led by switchmaster. */
export function connect({ name, sentinels }: Deployment, report: (move: Move) => void): Promise<Client> {
  const resolver = createResolver({ name, sentinels });
  resolver.on('hold', () => report({ kind: 'held' }));
  resolver.on('release', () => report({ kind: 'released' }));
  return whenReady(createRedis(resolver), report);
}
