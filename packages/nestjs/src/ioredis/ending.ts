/** What is used of a client to start and end it: ioredis 5 and 6 and iovalkey are all of this shape. */
export interface Endable {
  readonly status: string;
  readonly stream?: { destroy(): unknown };
  once(event: 'connecting' | 'ready' | 'end', listener: () => void): unknown;
  quit(): Promise<unknown>;
  disconnect(): void;
}

/** Lets what was sent be answered and closes. */
export async function end(
  client: Endable,
  quit: () => Promise<unknown> = () => client.quit(),
): Promise<void> {
  // What waits for a connection would make quit() wait with it.
  if (client.status === 'ready') await quit();
  else await disconnect(client);
  await reached(client, 'end');
}

export async function destroy(client: Endable): Promise<void> {
  await disconnect(client);
  client.stream?.destroy();
  await reached(client, 'end');
}

export async function ready(client: Endable): Promise<void> {
  await reached(client, 'ready');
  if (client.status === 'end') throw new Error('the client was closed before it was ready');
}

/** Between two attempts, a client that is disconnected would never say that it has ended, nor settle what waits in it. */
async function disconnect(client: Endable): Promise<void> {
  if (client.status === 'reconnecting') await reached(client, 'connecting');
  client.disconnect();
}

/** Or its end. */
function reached(client: Endable, status: 'connecting' | 'ready' | 'end'): Promise<void> {
  return new Promise((resolve) => {
    if (client.status === status || client.status === 'end') return resolve();
    client.once(status, resolve);
    if (status !== 'end') client.once('end', resolve);
  });
}
