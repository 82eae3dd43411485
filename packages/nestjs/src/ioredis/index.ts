import {
  createRedis,
  type Client,
  type ClientConstructor,
  type FollowingOptions,
} from '@switchmaster/ioredis';
import type { Redis } from 'ioredis';
import type { ClientRecipe } from '../client-recipe.ts';
import { destroy, end, ready, type Endable } from './ending.ts';

/**
 * An ordinary ioredis client for the option `client`, with any option of ioredis that does not say where to connect.
 * With `lazyConnect` the application does not wait for it at its start.
 *
 * @example
 * SwitchmasterModule.forRoot({ name: 'mymaster', sentinels, client: ioredis({ keyPrefix: 'app:' }) });
 *
 * @example
 * import { Redis } from 'iovalkey';
 * SwitchmasterModule.forRoot({ name: 'mymaster', sentinels, client: ioredis({ client: Redis }) });
 */
export function ioredis<Instance extends Client>(
  options: FollowingOptions<Instance['options']> & { readonly client: ClientConstructor<Instance> },
): ClientRecipe<Instance>;
export function ioredis(options?: FollowingOptions): ClientRecipe<Redis>;
export function ioredis(options: FollowingOptions = {}): ClientRecipe<never> {
  const recipe: ClientRecipe<Client & Endable> = {
    library: 'ioredis',
    create: (resolver) => createRedis(resolver, options),
    connect: async (client) => {
      if (client.status !== 'wait') await ready(client);
    },
    onError: (client, listener) => void (client as unknown as Failing).on('error', listener),
    close: (client) => end(client),
    destroy,
  };
  return recipe as unknown as ClientRecipe<never>;
}

/** What {@link Client} leaves out, as its adapter has no need of it. */
interface Failing {
  on(event: 'error', listener: (error: unknown) => void): unknown;
}
