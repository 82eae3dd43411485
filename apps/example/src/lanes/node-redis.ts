import type { Resolver } from '@switchmaster/core';
import { createClient } from '@switchmaster/node-redis';
import type { WriteClient } from './lane.ts';

/** An ordinary node-redis client, which follows the master. */
export async function openNodeRedis(resolver: Resolver): Promise<WriteClient> {
  const client = createClient(resolver);
  await client.connect();
  return {
    set: (key, value) => client.set(key, value),
    close: () => client.destroy(),
  };
}
