import { createResolver } from '@switchmaster/core';
import type { Connect } from './client.ts';
import { load } from './load.ts';
import { whenConnected } from './node-redis.ts';

/** node-redis, led by switchmaster. */
export const connect: Connect = async ({ deployment, connectionName, options }) => {
  const { createClient } = await load('@switchmaster/node-redis', () => import('@switchmaster/node-redis'));
  const resolver = createResolver(deployment);
  try {
    const client = await whenConnected(createClient(resolver, { name: connectionName, ...options }));
    return {
      set: (...args) => client.set(...args),
      close: async () => {
        await client.close();
        await resolver.close();
      },
    };
  } catch (error) {
    await resolver.close();
    throw error;
  }
};
