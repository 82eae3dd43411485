import { Keyv } from 'keyv';
import { expectKeyv5 } from './keyv-version.ts';
import type { StoreOptions } from './options.ts';
import { SwitchmasterStore } from './store.ts';

/**
 * What `stores:` of cache-manager and of Nest's `CacheModule` takes: a Keyv 5 whose `store` is a
 * {@link SwitchmasterStore}. Every operation has a deadline, and a failover costs misses and not hangs.
 *
 * @throws SwitchmasterError `INVALID_OPTION`, at once.
 *
 * @example
 * const cache = createCache({ stores: [createStore({ resolver, namespace: 'app' })] });
 *
 * @example
 * const store = createStore({ client: redis, resolver, namespace: 'app', memory: { ttlMs: 1000 } });
 */
export function createStore(options: StoreOptions): Keyv {
  expectKeyv5();
  const store = new SwitchmasterStore(options);
  // The namespace is the store's to put before keys: twice would be another layout than that of @keyv/redis.
  return new Keyv({ store, namespace: store.namespace, useKeyPrefix: false, ...ttlOf(options) });
}

function ttlOf({ ttlMs }: StoreOptions): { ttl?: number } {
  return ttlMs === undefined ? {} : { ttl: ttlMs };
}
