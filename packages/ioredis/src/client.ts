import { createRequire } from 'node:module';
import { SwitchmasterError } from '@switchmaster/core';

/** What is used of a client: those of ioredis 5 and 6 and of iovalkey have it in common. */
export interface Client {
  readonly options: object;
  readonly status: string;
  readonly commandQueue: { shift(): { readonly command: { reject(error: Error): void } } | undefined };
  on(event: 'ready' | 'close' | 'end', listener: () => void): unknown;
  connect(): Promise<void>;
  disconnect(reconnect?: boolean): void;
  duplicate(override?: object): Client;
}

/** The class of a client, such as `Redis` of ioredis or of iovalkey. */
export type ClientConstructor<Instance> = new (options: never) => Instance;

/** The class of ioredis itself, where no other is given. */
export function loadIoredis(): ClientConstructor<Client> {
  // Not named `require`: the CommonJS build needs that one to make it.
  const load = createRequire(import.meta.url);
  try {
    return (load('ioredis') as { default: ClientConstructor<Client> }).default;
  } catch (cause) {
    throw new SwitchmasterError(
      'INVALID_OPTION',
      'createRedis() found no ioredis: install it (`npm install ioredis`), or give the class of another ' +
        'client, as in `createRedis(resolver, { client: Redis })` with `import { Redis } from "iovalkey"`',
      { cause },
    );
  }
}

/**
 * Two things that no connector can do from inside, done for a client and its duplicates.
 *
 * With `autoResendUnfulfilledCommands: false`, ioredis forgets the commands that were under way when a
 * connection closes, and their promises never settle: they are rejected. And a client that is disconnected
 * between two connections never ends, nor do the commands in its queue: one more attempt, which the connector
 * refuses, ends it.
 */
export function mend<Instance extends Client>(client: Instance): Instance {
  let wasReady = false;
  client.on('ready', () => {
    wasReady = true;
  });
  client.on('close', () => {
    // The commands of an unfinished handshake are ioredis' own.
    if (wasReady) rejectUnanswered(client);
    wasReady = false;
  });
  const disconnect = client.disconnect.bind(client);
  const duplicate = client.duplicate.bind(client);
  return Object.assign(client, {
    disconnect: (reconnect = false) => {
      disconnect(reconnect);
      if (!reconnect && client.status === 'reconnecting') client.connect().catch(() => {});
    },
    duplicate: (override?: object) => mend(duplicate(override)),
  });
}

function rejectUnanswered({ options, commandQueue }: Client): void {
  if (!('autoResendUnfulfilledCommands' in options) || options.autoResendUnfulfilledCommands !== false)
    return;
  for (let item = commandQueue.shift(); item; item = commandQueue.shift()) {
    item.command.reject(
      new Error('The connection closed before the reply: whether the command was run is unknown'),
    );
  }
}
