import { createResolver, formatAddress } from '@switchmaster/core';
import { createClient } from '@switchmaster/node-redis';
import type { Client, Deployment, Move } from './client.ts';

/** node-redis, led by switchmaster. */
export async function connect(
  { name, sentinels }: Deployment,
  report: (move: Move) => void,
): Promise<Client> {
  const resolver = createResolver({ name, sentinels });
  resolver.on('hold', () => report({ kind: 'held' }));
  resolver.on('release', () => report({ kind: 'released' }));
  const client = createClient(resolver);
  client.on('reconnecting', () => report({ kind: 'disconnected' }));
  client.on('ready', () => {
    // The client does not tell where it is connected, but the resolver connected it.
    const { master } = resolver.topology;
    if (master) report({ kind: 'connected', to: formatAddress(master) });
  });
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    close: () => client.destroy(),
  };
}
