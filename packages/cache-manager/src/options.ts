import { SwitchmasterError, type Resolver, type ResolverOptions } from '@switchmaster/core';
import type { BreakerSettings } from './breaker.ts';
import type { CacheClient } from './client.ts';
import type { JournalSettings } from './journal.ts';
import { checkNamespace } from './keys.ts';
import type { MemorySettings } from './memory.ts';

/** When operations stop to be tried, and when they are tried again. */
export interface BreakerOptions {
  /** How many operations in a row must fail. A resolver's news opens it at once. Default 3. */
  readonly failures?: number | undefined;
  /**
   * How long after that recovery is first tried, in milliseconds; each time that fails, twice as long. News of the
   * resolver or of the client does not wait for it. Default 500.
   */
  readonly retryMs?: number | undefined;
  /** The longest pause between two tries, in milliseconds. Default 5000. */
  readonly maxRetryMs?: number | undefined;
}

/** What is remembered, so that nothing that was deleted comes back. */
export interface JournalOptions {
  /**
   * How many keys are remembered whose delete failed, and as many whose write failed. With more deletes, the whole
   * namespace is cleared in their place. Default 10000.
   */
  readonly maxKeys?: number | undefined;
  /**
   * Deletes that succeeded this long before a failover, in milliseconds, are repeated at the new master, which may not
   * have heard of them. Default 10000.
   */
  readonly windowMs?: number | undefined;
}

/** The first level, in the memory of this process. */
export interface MemoryOptions {
  /** How many values are kept; the least recently used leaves first. Default 1000. */
  readonly maxEntries?: number | undefined;
  /**
   * How long a value is served without asking Redis, in milliseconds: what other processes write is seen this late.
   * Default 5000.
   */
  readonly ttlMs?: number | undefined;
  /**
   * How much longer it is served while Redis does not answer, in milliseconds; never beyond the value's own ttl.
   * Default 60000.
   */
  readonly staleIfErrorMs?: number | undefined;
}

/** What {@link createStore} takes. `resolver`, `client` or both are needed. */
export interface StoreOptions {
  /**
   * Who the master is: a resolver, or the options of one that is closed with the store. Alone, the store makes a client
   * of its own, with `@switchmaster/ioredis` or else `@switchmaster/node-redis`. With `client`, it tells the store of
   * failovers before the client notices them.
   */
  readonly resolver?: Resolver | ResolverOptions | undefined;
  /** A client of ioredis, iovalkey or node-redis. It stays yours: the store does not close it. */
  readonly client?: CacheClient | undefined;
  /** What comes before each key, with `::` after it. `clear()` deletes nothing else. Default `'cache'`. */
  readonly namespace?: string | undefined;
  /** The ttl where `set()` names none, in milliseconds. Default: that of cache-manager or Nest, else none. */
  readonly ttlMs?: number | undefined;
  /** Deadline of `get`, `getMany`, `has` and of each page of an iteration, in milliseconds. Default 250. */
  readonly readTimeoutMs?: number | undefined;
  /** Deadline of `set`, `setMany`, `delete` and `deleteMany`, in milliseconds. Default 500. */
  readonly writeTimeoutMs?: number | undefined;
  /** Deadline of `clear`, in milliseconds. Default 5000. */
  readonly clearTimeoutMs?: number | undefined;
  readonly breaker?: BreakerOptions | undefined;
  readonly journal?: JournalOptions | undefined;
  /** Keeps what was read and written last in memory, in front of Redis. Default `false`. */
  readonly memory?: boolean | MemoryOptions | undefined;
}

export interface CheckedStoreOptions {
  readonly resolver: Resolver | ResolverOptions | undefined;
  readonly client: CacheClient | undefined;
  readonly namespace: string;
  readonly ttlMs: number | undefined;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly clearTimeoutMs: number;
  readonly breaker: BreakerSettings;
  readonly journal: JournalSettings;
  readonly memory: MemorySettings | undefined;
}

/** Timers take no longer ones. */
const longestMs = 2 ** 31 - 1;

const names = [
  'resolver',
  'client',
  'namespace',
  'ttlMs',
  'readTimeoutMs',
  'writeTimeoutMs',
  'clearTimeoutMs',
  'breaker',
  'journal',
  'memory',
] as const satisfies (keyof StoreOptions)[];

/** Checks everything at once, so that bad input is told where it was given. */
export function checkStoreOptions(options: StoreOptions): CheckedStoreOptions {
  knownKeys(options, 'createStore()', names);
  const { resolver, client } = options;
  if (!isGiven(resolver) && !isGiven(client)) {
    throw invalid('resolver', 'a resolver, options of one, or a `client` in its place', resolver);
  }
  return {
    resolver: isGiven(resolver) ? resolver : undefined,
    client: isGiven(client) ? client : undefined,
    namespace: checkNamespace(options.namespace ?? 'cache'),
    ttlMs: checkTtl(options.ttlMs),
    readTimeoutMs: duration(options.readTimeoutMs, 'readTimeoutMs', 250),
    writeTimeoutMs: duration(options.writeTimeoutMs, 'writeTimeoutMs', 500),
    clearTimeoutMs: duration(options.clearTimeoutMs, 'clearTimeoutMs', 5000),
    breaker: checkBreaker(options.breaker ?? {}),
    journal: checkJournal(options.journal ?? {}),
    memory: checkMemory(options.memory ?? false),
  };
}

function checkBreaker(breaker: BreakerOptions): BreakerSettings {
  knownKeys(breaker, '`breaker`', ['failures', 'retryMs', 'maxRetryMs']);
  const retryMs = duration(breaker.retryMs, 'breaker.retryMs', 500);
  return {
    failures: count(breaker.failures, 'breaker.failures', 3),
    retryMs,
    maxRetryMs: duration(breaker.maxRetryMs, 'breaker.maxRetryMs', Math.max(5000, retryMs)),
  };
}

function checkJournal(journal: JournalOptions): JournalSettings {
  knownKeys(journal, '`journal`', ['maxKeys', 'windowMs']);
  return {
    maxKeys: count(journal.maxKeys, 'journal.maxKeys', 10_000),
    windowMs: duration(journal.windowMs, 'journal.windowMs', 10_000),
  };
}

function checkMemory(memory: boolean | MemoryOptions): MemorySettings | undefined {
  if (memory === false) return undefined;
  const { maxEntries, ttlMs, staleIfErrorMs } = memory === true ? {} : memory;
  if (memory !== true) knownKeys(memory, '`memory`', ['maxEntries', 'ttlMs', 'staleIfErrorMs']);
  return {
    maxEntries: count(maxEntries, 'memory.maxEntries', 1000),
    ttlMs: duration(ttlMs, 'memory.ttlMs', 5000),
    staleIfErrorMs: staleIfErrorMs === 0 ? 0 : duration(staleIfErrorMs, 'memory.staleIfErrorMs', 60_000),
  };
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

function duration(value: unknown, option: string, standard: number): number {
  if (value === undefined) return standard;
  if (typeof value === 'number' && value > 0 && value <= longestMs) return value;
  throw invalid(option, 'a duration in milliseconds greater than 0', value);
}

/** No timer waits for it, so it may be long. */
function checkTtl(value: unknown): number | undefined {
  if (value === undefined || (typeof value === 'number' && value > 0)) return value;
  throw invalid('ttlMs', 'a duration in milliseconds greater than 0', value);
}

function count(value: unknown, option: string, standard: number): number {
  if (value === undefined) return standard;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw invalid(option, 'a whole number greater than 0', value);
}

function knownKeys(options: unknown, what: string, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new SwitchmasterError('INVALID_OPTION', `${what} expects an object, got ${show(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const message = `unknown option \`${unknown}\` in ${what}; known are ${known.join(', ')}`;
  throw new SwitchmasterError('INVALID_OPTION', message);
}

function invalid(option: string, expected: string, got: unknown): SwitchmasterError {
  return new SwitchmasterError('INVALID_OPTION', `\`${option}\` expects ${expected}, got ${show(got)}`);
}

/** Objects may hold secrets: their type has to do. */
function show(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
