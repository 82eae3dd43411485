import { createResolver } from '@switchmaster/core';
import { asClient } from './ioredis.ts';
import type { Connect } from './client.ts';
import { load } from './load.ts';

/** ioredis, led by switchmaster. */
export const connect: Connect = async ({ deployment, connectionName, options }) => {
  const { createRedis } = await load('@switchmaster/ioredis', () => import('@switchmaster/ioredis'));
  const resolver = createResolver(deployment);
  const client = asClient(createRedis(resolver, { connectionName, ...options }));
  return {
    set: (...args) => client.set(...args),
    close: async () => {
      await client.close();
      await resolver.close();
    },
  };
};
