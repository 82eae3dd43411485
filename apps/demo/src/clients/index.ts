import type { Connect } from './client.ts';

export type ClientName = 'switchmaster-ioredis' | 'ioredis' | 'switchmaster-node-redis' | 'node-redis';

// In the order of the table. Loaded on demand, so that the process of one client does not carry another's code. A
// further client is one more file in this folder, its name above and its line here.
const modules: Readonly<Record<ClientName, () => Promise<{ readonly connect: Connect }>>> = {
  'switchmaster-ioredis': () => import('./switchmaster-ioredis.ts'),
  ioredis: () => import('./ioredis.ts'),
  'switchmaster-node-redis': () => import('./switchmaster-node-redis.ts'),
  'node-redis': () => import('./node-redis.ts'),
};

export const clientNames: readonly ClientName[] = Object.keys(modules) as ClientName[];

/** Whether it is one of ours, which must lose nothing in a planned failover. */
export function isOurs(name: string): boolean {
  return name.startsWith('switchmaster-');
}

export async function loadClient(name: ClientName): Promise<Connect> {
  const { connect } = await modules[name]();
  return connect;
}
