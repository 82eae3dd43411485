import type { Resolver } from '@switchmaster/core';

/**
 * How to make a client of some library and how to end it. `ioredis()` of `@switchmaster/nestjs/ioredis` and
 * `nodeRedis()` of `@switchmaster/nestjs/node-redis` give one; for another library, write these six.
 */
export interface ClientRecipe<Client extends object = object> {
  /** The library's name, for logs and errors. */
  readonly library: string;
  /** Makes the client. An `error` that it emits from the next tick on has a listener. */
  create(resolver: Resolver): Client;
  /** Resolves when the client can be used, however long that takes. Rejects when it never will. */
  connect(client: Client): Promise<void>;
  /** Calls `listener` at each error that the client reports and survives. */
  onError(client: Client, listener: (error: unknown) => void): void;
  /** Lets commands that were sent be answered and closes. May take as long as it likes: `destroy` ends the wait. */
  close(client: Client): Promise<void>;
  /** Closes at once, whatever state the client is in: nothing of it may keep the process alive afterwards. */
  destroy(client: Client): Promise<void> | void;
}

const methods = ['create', 'connect', 'onError', 'close', 'destroy'] as const;

export function isClientRecipe(value: unknown): value is ClientRecipe {
  const recipe = value as Partial<ClientRecipe> | null | undefined;
  return typeof recipe === 'object' && methods.every((method) => typeof recipe?.[method] === 'function');
}
