import { createRequire } from 'node:module';
import { SwitchmasterError } from '@switchmaster/core';

/** What is used of a client: those of ioredis 5 and 6 and of iovalkey have it in common. */
export interface Client {
  readonly options: object;
  readonly status: string;
  /** What was under way when the connection closed, from then until the next one is ready. */
  readonly prevCommandQueue?: {
    shift(): { readonly command: { reject(error: Error): void } } | undefined;
  } | null;
  on(event: 'close' | 'end', listener: (this: Client) => void): unknown;
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
  client.on('close', rejectUnanswered);
  // Functions that all clients share: there may be many clients.
  return Object.assign(client, { disconnect, duplicate });
}

function disconnect(this: Client, reconnect = false): void {
  unmended(this).disconnect.call(this, reconnect);
  if (!reconnect && this.status === 'reconnecting') this.connect().catch(() => {});
}

function duplicate(this: Client, override?: object): Client {
  return mend(unmended(this).duplicate.call(this, override));
}

function unmended(client: Client): Client {
  return Object.getPrototypeOf(client) as Client;
}

function rejectUnanswered(this: Client): void {
  const { options, prevCommandQueue } = this;
  if (!('autoResendUnfulfilledCommands' in options) || options.autoResendUnfulfilledCommands !== false)
    return;
  for (let item = prevCommandQueue?.shift(); item; item = prevCommandQueue?.shift()) {
    item.command.reject(
      new Error('The connection closed before the reply: whether the command was run is unknown'),
    );
  }
}
