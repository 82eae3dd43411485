import type { Connect } from './client.ts';

export const clientNames = [
  'core',
  'ioredis',
  'node-redis',
  'switchmaster-ioredis',
  'switchmaster-node-redis',
] as const;

export type ClientName = (typeof clientNames)[number];

const modules: Readonly<Record<ClientName, () => Promise<{ readonly connect: Connect }>>> = {
  core: () => import('./core.ts'),
  ioredis: () => import('./ioredis.ts'),
  'node-redis': () => import('./node-redis.ts'),
  'switchmaster-ioredis': () => import('./switchmaster-ioredis.ts'),
  'switchmaster-node-redis': () => import('./switchmaster-node-redis.ts'),
};

export async function loadClient(name: ClientName): Promise<Connect> {
  const { connect } = await modules[name]();
  return connect;
}
