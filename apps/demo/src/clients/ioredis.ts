import { Redis } from 'ioredis';
import type { Client, Deployment, Move } from './client.ts';
import { whenReady } from './ioredis-moves.ts';

/** ioredis with its own Sentinel support, as its README shows it. */
export function connect({ name, sentinels }: Deployment, report: (move: Move) => void): Promise<Client> {
  const redis = new Redis({ name, sentinels: [...sentinels] });
  return whenReady(redis, report);
}
