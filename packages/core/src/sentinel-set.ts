import { addressKey, sameAddress, type NodeAddress } from './address.ts';
import { sentinelSetBrand } from './brand.ts';
import { after, now } from './clock.ts';
import { publish } from './diagnostics.ts';
import type { Endpoint } from './dial.ts';
import { asSwitchmasterError, SwitchmasterError } from './errors.ts';
import { Emitter } from './emitter.ts';
import type { SentinelEvent } from './events.ts';
import { Link } from './link.ts';
import { checkSetOptions, type CheckedSetOptions, type SentinelSetOptions } from './options.ts';
import { isNews, isSame, surfeit, viewOf, type Entry } from './sentinel-entry.ts';
import { parseNotice, type Report } from './sentinel-messages.ts';
import type { SentinelStatus } from './snapshot.ts';
import type { Observation } from './topology.ts';

/** The connections to a group of sentinels, one each, for all resolvers that share it. */
export interface SentinelSet extends AsyncDisposable {
  /** Every sentinel that is known: configured ones first, then those learnt from others. */
  readonly sentinels: readonly Omit<SentinelStatus, 'master' | 'configEpoch'>[];
  /** Calls `listener` when a sentinel connects, is lost, learnt or forgotten; returns its undo. */
  on(event: 'sentinel', listener: (event: SentinelEvent) => void): () => void;
  /** Closes all connections. Resolvers that share the set know what they know, and hear no more. */
  close(): Promise<void>;
}

/**
 * Connects to sentinels, to be shared by resolvers: one connection per sentinel and process, whatever the
 * number of master names and clients. A resolver that was given a set leaves it open when it is closed.
 *
 * @throws SwitchmasterError `INVALID_OPTION`, at once.
 *
 * @example
 * const sentinels = createSentinelSet({ sentinels: ['s1:26379', 's2:26379', 's3:26379'] });
 * const orders = createResolver({ name: 'orders', sentinels });
 * const carts = createResolver({ name: 'carts', sentinels });
 */
export function createSentinelSet(options: SentinelSetOptions): SentinelSet {
  return new Sentinels(checkSetOptions(options));
}

/** The ear at the set of a master's watch. */
export interface Watcher {
  readonly name: string;
  observe(observation: Observation): void;
  /** A sentinel that is connected has given an answer that is of no use. */
  fail(error: SwitchmasterError): void;
}

/** How long a sentinel that was learnt may be lost and unnamed before it is forgotten. */
const forgetAfterMs = 60_000;

/** No deployment has more; a sentinel that names them all the same is not believed. */
const maxSentinels = 64;

export class Sentinels implements SentinelSet {
  /** How long a sentinel that is gone may seem to be there: it has not answered a `PING` then. */
  readonly outOfSightAfterMs: number;
  /** Holds credentials, so it is nothing that is seen when a set is printed. */
  readonly #options: CheckedSetOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #watchers = new Set<Watcher>();
  readonly #emitter = new Emitter<{ sentinel: SentinelEvent }>();
  /** Configured addresses of sentinels that are connected under another one, by id. */
  readonly #twins = new Map<string, NodeAddress[]>();
  #closed = false;

  constructor(options: CheckedSetOptions) {
    this.#options = options;
    this.outOfSightAfterMs = options.pingIntervalMs + options.commandTimeoutMs;
    Object.defineProperty(this, sentinelSetBrand, { value: true });
    for (const address of options.sentinels) this.#add(address, 'configured', undefined);
  }

  get sentinels(): SentinelSet['sentinels'] {
    return [...this.#entries.values()].map(({ address, state, origin }) =>
      Object.freeze({ ...address, state, origin }),
    );
  }

  assertOpen(): void {
    if (this.#closed)
      throw new SwitchmasterError('CLOSED', 'the sentinel set given in `sentinels` was closed');
  }

  /** Tells the watcher all that is known, and from then on all that happens. */
  join(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    for (const entry of this.#entries.values()) {
      watcher.observe(viewOf(entry));
      this.#ask(entry, watcher.name);
    }
    return () => this.#watchers.delete(watcher);
  }

  /** Asks one sentinel for a master name, or all. */
  ask(name: string, key: string | undefined): void {
    for (const entry of this.#entries.values()) {
      if (key === undefined || entry.key === key) this.#ask(entry, name);
    }
  }

  on(event: 'sentinel', listener: (event: SentinelEvent) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const entry of this.#entries.values()) this.#end(entry);
    this.#entries.clear();
    this.#watchers.clear();
    this.#emitter.clear();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #add(address: NodeAddress, origin: Entry['origin'], id: string | undefined): void {
    const key = addressKey(address);
    if (this.#entries.has(key)) return;
    const link = new Link(this.#endpoint(address), this.#options, {
      connected: (linkId) => this.#connected(entry, linkId),
      lost: (error, lastSeenAt) => this.#lost(entry, error, lastSeenAt),
      message: (channel, payload) => this.#message(entry, channel, payload),
    });
    const entry: Entry = {
      ...{ key, address, origin, link, id, state: 'connecting', lastSeenAt: now(), error: undefined },
      ...{
        peers: new Map(),
        asking: new Map(),
        toldAt: new Map(),
        notices: new Map(),
        cancelRefresh: () => {},
      },
    };
    this.#entries.set(key, entry);
    this.#tell(viewOf(entry));
    if (origin === 'learnt') this.#announce(entry, 'learnt');
  }

  #endpoint(address: NodeAddress): Endpoint {
    const { server, mapAddress, connectTimeoutMs, commandTimeoutMs, credentialsTimeoutMs } = this.#options;
    const timeouts = { connectTimeoutMs, commandTimeoutMs, credentialsTimeoutMs };
    return { kind: 'sentinel', address, mapAddress, ...server, ...timeouts };
  }

  #connected(entry: Entry, id: string | undefined): void {
    // What was wrong before stays known until it has answered.
    Object.assign(entry, { state: 'connected', id: id ?? entry.id, lastSeenAt: now() });
    const twin = [...this.#entries.values()].find(
      (one) => one !== entry && one.id !== undefined && one.id === id,
    );
    if (twin?.state === 'connected') return this.#join(entry, twin);
    if (twin?.origin === 'learnt') this.#forget(twin);
    this.#tell(viewOf(entry));
    this.#announce(entry, 'connected');
    for (const { name } of this.#watchers) this.#ask(entry, name);
    this.#refreshLater(entry);
  }

  /** The same sentinel under two addresses keeps one connection: the configured one, if either is. */
  #join(entry: Entry, twin: Entry): void {
    const spare = entry.origin === 'configured' && twin.origin === 'learnt' ? twin : entry;
    const kept = spare === entry ? twin : entry;
    if (spare.origin === 'configured' && spare.id !== undefined) {
      this.#twins.set(spare.id, [...(this.#twins.get(spare.id) ?? []), spare.address]);
    }
    this.#forget(spare);
    if (kept === entry) this.#connected(entry, entry.id);
  }

  #lost(entry: Entry, error: Error, lastSeenAt: number): void {
    const news = entry.state !== 'lost';
    Object.assign(entry, { state: 'lost', error, lastSeenAt });
    entry.cancelRefresh();
    this.#tell(viewOf(entry));
    if (news) this.#announce(entry, 'lost');
    for (const address of this.#twins.get(entry.id ?? '') ?? []) this.#add(address, 'configured', undefined);
    this.#twins.delete(entry.id ?? '');
  }

  #message(entry: Entry, channel: string, payload: string): void {
    entry.lastSeenAt = now();
    const [name, notice] = parseNotice(channel, payload) ?? [];
    const watchers = this.#watchersOf(name);
    if (name === undefined || notice === undefined || watchers.length === 0) return;
    const tooMany = surfeit(entry, name);
    if (tooMany) return entry.link.drop(tooMany);
    for (const watcher of watchers) watcher.observe({ type: 'notice', sentinel: entry.key, notice });
  }

  #ask(entry: Entry, name: string): void {
    if (entry.state !== 'connected') return;
    if (entry.asking.has(name)) return void entry.asking.set(name, 'again');
    entry.asking.set(name, 'once');
    void this.#inquire(entry, name).finally(() => {
      const again = entry.asking.get(name) === 'again';
      entry.asking.delete(name);
      if (again && !this.#closed) this.#ask(entry, name);
    });
  }

  async #inquire(entry: Entry, name: string): Promise<void> {
    const askedAt = now();
    try {
      const report = await entry.link.report(name);
      if (this.#entries.get(entry.key) !== entry) return;
      entry.error = undefined;
      entry.peers.set(name, report.peers);
      this.#learn(report);
      for (const watcher of this.#watchersOf(name)) {
        watcher.observe({ type: 'report', sentinel: entry.key, report, askedAt });
      }
    } catch (error) {
      // A link that is lost says so itself; what is left is an answer that is of no use.
      if (entry.state !== 'connected' || this.#entries.get(entry.key) !== entry) return;
      entry.error = error as Error;
      this.#tell(viewOf(entry));
      const failure = asSwitchmasterError(error, 'PROTOCOL_ERROR');
      if (isNews(entry, name, failure)) for (const watcher of this.#watchersOf(name)) watcher.fail(failure);
    }
  }

  #refreshLater(entry: Entry): void {
    entry.cancelRefresh();
    const delayMs = this.#options.refreshIntervalMs * (0.8 + Math.random() * 0.4);
    entry.cancelRefresh = after(delayMs, () => {
      for (const { name } of this.#watchers) this.#ask(entry, name);
      this.#refreshLater(entry);
    });
  }

  #learn({ peers }: Report): void {
    for (const { id, address } of peers) {
      const known = [...this.#entries.values()].find((one) => isSame(one, id, address));
      if (known) known.id ??= id || undefined;
      else if (this.#entries.size < maxSentinels) this.#add(address, 'learnt', id || undefined);
    }
    for (const entry of this.#entries.values()) if (this.#isForgotten(entry)) this.#forget(entry);
  }

  #isForgotten(entry: Entry): boolean {
    if (entry.origin === 'configured' || entry.state === 'connected') return false;
    if (now() - entry.lastSeenAt < forgetAfterMs) return false;
    const named = [...this.#entries.values()].flatMap((one) =>
      one.state === 'connected' ? [...one.peers.values()].flat() : [],
    );
    return !named.some(({ id, address }) => id === entry.id || sameAddress(address, entry.address));
  }

  #forget(entry: Entry): void {
    this.#end(entry);
    this.#entries.delete(entry.key);
    this.#tell({ type: 'forgotten', sentinel: entry.key });
    this.#announce(entry, 'forgotten');
  }

  #end(entry: Entry): void {
    entry.cancelRefresh();
    entry.link.close();
  }

  #watchersOf(name: string | undefined): Watcher[] {
    return [...this.#watchers].filter((watcher) => watcher.name === name);
  }

  #tell(observation: Observation): void {
    for (const watcher of [...this.#watchers]) watcher.observe(observation);
  }

  #announce(entry: Entry, state: SentinelEvent['state']): void {
    const cause = state === 'lost' ? entry.error : undefined;
    const error = cause && asSwitchmasterError(cause, 'SENTINELS_UNREACHABLE');
    const event: SentinelEvent = Object.freeze({ address: entry.address, state, error, at: now() });
    publish('sentinel', event);
    this.#emitter.emit('sentinel', event);
  }
}
