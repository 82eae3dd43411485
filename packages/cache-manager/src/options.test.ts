import { describe, expect, it } from 'vitest';
import type { CacheClient } from './client.ts';
import { checkStoreOptions, type StoreOptions } from './options.ts';

const client = {} as CacheClient;

describe('checkStoreOptions()', () => {
  it('fills in the defaults', () => {
    expect(checkStoreOptions({ client })).toEqual({
      resolver: undefined,
      client,
      namespace: 'cache',
      ttlMs: undefined,
      readTimeoutMs: 250,
      writeTimeoutMs: 500,
      clearTimeoutMs: 5000,
      breaker: { failures: 3, retryMs: 500, maxRetryMs: 5000 },
      journal: { maxKeys: 10_000, windowMs: 10_000 },
      memory: undefined,
    });
    expect(checkStoreOptions({ client, memory: true }).memory).toEqual({
      maxEntries: 1000,
      ttlMs: 5000,
      staleIfErrorMs: 60_000,
    });
  });

  it.each<[object, RegExp]>([
    [{}, /`resolver` expects a resolver, options of one, or a `client`/],
    [{ client, timeout: 1 }, /unknown option `timeout` in createStore\(\); known are resolver, client/],
    [{ client, namespace: '' }, /`namespace` expects/],
    [
      { client, readTimeoutMs: 0 },
      /`readTimeoutMs` expects a duration in milliseconds greater than 0, got 0/,
    ],
    [{ client, ttlMs: -1 }, /`ttlMs` expects/],
    [{ client, breaker: { failures: 0.5 } }, /`breaker.failures` expects a whole number/],
    [{ client, breaker: { openFor: 1 } }, /unknown option `openFor` in `breaker`/],
    [{ client, journal: { maxKeys: 0 } }, /`journal.maxKeys` expects/],
    [{ client, memory: { ttlMs: '1s' } }, /`memory.ttlMs` expects/],
    [{ client, memory: 'yes' }, /`memory` expects an object, got yes/],
  ])('%s is refused', (options, message) => {
    expect(() => checkStoreOptions(options as StoreOptions)).toThrow(message);
  });
});
