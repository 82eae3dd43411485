import { createResolver, isResolver, type Resolver, type SwitchmasterError } from '@switchmaster/core';
import type { Breaker } from './breaker.ts';
import { connectionOf, type Connection } from './client.ts';
import { Entries } from './entries.ts';
import { Guard } from './guard.ts';
import { Journal } from './journal.ts';
import { checkNamespace, prefixOf } from './keys.ts';
import { warnOfKeyv6 } from './keyv-version.ts';
import { Memory } from './memory.ts';
import { checkStoreOptions, type StoreOptions } from './options.ts';
import { connectOwn } from './own-client.ts';
import { StoreEmitter, type StoreEvents } from './store-events.ts';
import { untilAborted } from './until-aborted.ts';

/** What a store has done since it was made. */
export interface StoreStats {
  readonly state: Breaker['state'];
  readonly hits: number;
  readonly misses: number;
  /** Hits out of memory while Redis did not answer; in `hits` as well. */
  readonly stale: number;
  /** Operations that Redis did not answer in time, or refused. */
  readonly failures: number;
  /** Operations that were answered at once, since the breaker was not closed. */
  readonly bypassed: number;
  /** Keys that wait to be deleted (again). Until then they are misses. */
  readonly journal: number;
  /** Keys that were deleted (again) out of the journal. */
  readonly replayed: number;
}

/** One entry of {@link SwitchmasterStore.setMany}. */
export interface StoreEntry {
  readonly key: string;
  readonly value: string;
  /** In milliseconds, as in {@link SwitchmasterStore.set}. */
  readonly ttl?: number | undefined;
}

/**
 * The Keyv 5 adapter that `createStore()` wraps. No method rejects: a failed read is a miss, a failed write says
 * `false`, and each is over within its deadline.
 */
export class SwitchmasterStore {
  /** Keyv looks into it before it iterates. */
  readonly opts: { dialect: string; [name: string]: unknown } = { dialect: 'redis' };

  readonly #standardNamespace: string;
  readonly #resolver: Resolver | undefined;
  readonly #ownsResolver: boolean;
  readonly #ownsClient: boolean;
  readonly #journal: Journal;
  readonly #guard: Guard;
  readonly #entries: Entries;
  readonly #emitter = new StoreEmitter();
  #namespace: string;
  #disconnected: Promise<void> | undefined;

  constructor(options: StoreOptions) {
    const { resolver, client, ...checked } = checkStoreOptions(options);
    const given = client && connectionOf(client);
    this.#standardNamespace = checked.namespace;
    this.#namespace = checked.namespace;
    this.#ownsResolver = resolver !== undefined && !isResolver(resolver);
    this.#resolver = resolver && (isResolver(resolver) ? resolver : createResolver(resolver));
    this.#ownsClient = given === undefined;
    this.#journal = new Journal(checked.journal);
    const memory = checked.memory && new Memory(checked.memory);
    this.#guard = new Guard(
      { ...checked, source: given ?? this.#connectOwn(), resolver: this.#resolver, journal: this.#journal },
      {
        state: (state) => {
          // What others deleted in the meantime was not heard of here.
          if (state === 'closed') memory?.clear();
          this.#emitter.emit('state', state);
        },
        error: (error) => this.#emitter.emit('error', error),
      },
    );
    this.#entries = new Entries({ ...checked, guard: this.#guard, journal: this.#journal, memory });
  }

  /** Keyv sets it. `undefined`, which Nest makes of it, stands for that of the options. */
  get namespace(): string {
    return this.#namespace;
  }

  set namespace(namespace: string | undefined) {
    this.#namespace = namespace === undefined ? this.#standardNamespace : checkNamespace(namespace);
  }

  /** Only Keyv 6 asks for it, and over that cache-manager 7 does not work. */
  get capabilities(): undefined {
    warnOfKeyv6();
    return undefined;
  }

  /** `closed`: all is well. `open` and `recovering`: everything is answered at once, reads as misses. */
  get state(): Breaker['state'] {
    return this.#guard.state;
  }

  get stats(): StoreStats {
    const { state, counts, replayed } = this.#guard;
    return { state, ...this.#entries.counts, ...counts, journal: this.#journal.size, replayed };
  }

  /**
   * Resolves when Redis has been reached: for applications that would rather not start without.
   *
   * @throws SwitchmasterError What the resolver says at the signal's timeout, or `TIMED_OUT`.
   *
   * @example
   * await store.ready({ signal: AbortSignal.timeout(5000) });
   */
  async ready({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    await this.#resolver?.master({ signal });
    await untilAborted(this.#guard.link.ready(), signal, 'the client has not connected');
  }

  get(key: string): Promise<string | undefined> {
    return this.#entries.read(this.#name(key));
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    return await this.#entries.readMany(keys.map((key) => this.#name(key)));
  }

  async has(key: string): Promise<boolean> {
    return await this.#entries.exists(this.#name(key));
  }

  async hasMany(keys: readonly string[]): Promise<boolean[]> {
    return await Promise.all(keys.map((key) => this.has(key)));
  }

  /** @param ttl In milliseconds from now; none or `Infinity`: for ever; 0 or less: it has expired already. */
  set(key: string, value: string, ttl: number = Infinity): Promise<boolean> {
    const name = this.#name(key);
    if (ttl === Infinity) return this.#entries.write(name, value, []);
    // Redis refuses fractions.
    const wholeMs = Math.ceil(ttl);
    if (wholeMs > 0) return this.#entries.write(name, value, ['PX', String(wholeMs)]);
    return this.#entries.delete([name], prefixOf(this.#namespace)).then(() => true);
  }

  async setMany(entries: readonly StoreEntry[]): Promise<boolean[]> {
    return await Promise.all(entries.map(({ key, value, ttl }) => this.set(key, value, ttl)));
  }

  async delete(key: string): Promise<boolean> {
    return await this.deleteMany([key]);
  }

  /** Whether there was any of them. */
  async deleteMany(keys: readonly string[]): Promise<boolean> {
    if (keys.length === 0) return false;
    const names = keys.map((key) => this.#name(key));
    return (await this.#entries.delete(names, prefixOf(this.#namespace))) > 0;
  }

  /** Deletes the namespace, and nothing else. */
  async clear(): Promise<void> {
    await this.#entries.clear(prefixOf(this.#namespace));
  }

  /** All entries of a namespace, as far as Redis answers; an `error` tells of an early end. */
  async *iterator(namespace: string = this.#namespace): AsyncGenerator<[string, string], void> {
    const prefix = prefixOf(checkNamespace(namespace));
    for await (const [name, value] of this.#entries.list(prefix)) yield [name.slice(prefix.length), value];
  }

  /**
   * Ends what the store has made; a client or resolver that it was given stays open. What comes after is a miss. May be
   * called again, as Nest does for each module that has the store.
   */
  async disconnect(): Promise<void> {
    this.#disconnected ??= this.#disconnect();
    await this.#disconnected;
  }

  on<Name extends keyof StoreEvents>(name: Name, listener: (event: StoreEvents[Name]) => void): this {
    this.#emitter.on(name, listener);
    return this;
  }

  off<Name extends keyof StoreEvents>(name: Name, listener: (event: StoreEvents[Name]) => void): this {
    this.#emitter.off(name, listener);
    return this;
  }

  #name(key: string): string {
    return prefixOf(this.#namespace) + key;
  }

  async #connectOwn(): Promise<Connection> {
    try {
      return await connectOwn(this.#resolver as Resolver);
    } catch (error) {
      this.#emitter.emit('error', error as SwitchmasterError);
      // Nothing will ever be cached: nobody may be listening for errors, and this one is the installation's.
      process.emitWarning((error as SwitchmasterError).message, 'SwitchmasterWarning');
      throw error;
    }
  }

  async #disconnect(): Promise<void> {
    await this.#guard.close();
    if (this.#ownsClient) this.#guard.link.destroy();
    if (this.#ownsResolver) await this.#resolver?.close();
  }
}
