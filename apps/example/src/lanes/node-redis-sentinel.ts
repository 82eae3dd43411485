import { createSentinel } from 'redis';
import type { WriteClient } from './lane.ts';

/** For contrast: node-redis with its own Sentinel support, as its documentation shows it. */
export async function openNodeRedisSentinel(
  name: string,
  sentinelRootNodes: { host: string; port: number }[],
): Promise<WriteClient> {
  const client = createSentinel({ name, sentinelRootNodes });
  // Without a listener an error would end the process.
  client.on('error', () => {});
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    close: () => void client.destroy(),
  };
}
