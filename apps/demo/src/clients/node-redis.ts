import { createSentinel } from 'redis';
import type { Client, Deployment, Move } from './client.ts';

/** node-redis with its own Sentinel support, as its documentation shows it. */
export async function connect(
  { name, sentinels }: Deployment,
  report: (move: Move) => void,
): Promise<Client> {
  const client = createSentinel({
    name,
    sentinelRootNodes: sentinels.map(({ host, port }) => ({ host, port })),
  });
  // Without a listener an error would end the process.
  client.on('error', () => {});
  client.on('topology-change', ({ type, node }: { type: string; node?: { host: string; port: number } }) => {
    if (type === 'MASTER_CHANGE' && node) report({ kind: 'connected', to: `${node.host}:${node.port}` });
  });
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    close: () => void client.destroy(),
  };
}
