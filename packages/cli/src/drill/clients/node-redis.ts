import type { Client, Connect } from './client.ts';
import { load } from './load.ts';
import { given, sentinelsOf, tlsOf } from './own-sentinel-support.ts';

/** node-redis with its own Sentinel support. */
export const connect: Connect = async ({ deployment, connectionName, options }) => {
  const { createSentinel } = await load('redis', () => import('redis'));
  const { name, node, sentinel } = deployment;
  const client = createSentinel({
    name,
    sentinelRootNodes: sentinelsOf(deployment),
    nodeClientOptions: { name: connectionName, ...clientOptions(node) },
    sentinelClientOptions: clientOptions(sentinel),
    ...options,
  });
  return await whenConnected(client);
};

interface Connectable {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  set(key: string, value: string, options: { expiration: { type: 'EX'; value: number } }): Promise<unknown>;
  destroy(): unknown;
}

export async function whenConnected(client: Connectable): Promise<Client> {
  // Without a listener an error would end the process.
  client.on('error', () => {});
  await client.connect();
  return {
    set: (key, value, ttlSeconds) =>
      client.set(key, value, { expiration: { type: 'EX', value: ttlSeconds } }),
    close: () => void client.destroy(),
  };
}

function clientOptions({
  username,
  password,
  tls,
}: {
  username?: unknown;
  password?: unknown;
  tls?: unknown;
}): object {
  const secure = tlsOf(tls as boolean | object | undefined);
  return given({ username, password, socket: secure && { tls: true, ...secure } });
}
