import type { ClusterNode, ClusterSentinel, Member } from './member.ts';
import type { RedisClient } from './redis-client.ts';
import { type Reply, toList } from './resp.ts';

/** What a node is seen to be: `hung` does not answer in time, `down` takes no connection. */
export type ObservedRole = 'master' | 'replica' | 'hung' | 'down';

/** When something was seen. */
interface Moment {
  /** By `performance.now()` of this process, in milliseconds. */
  readonly atMs: number;
  /** The same moment in milliseconds since 1970. */
  readonly wallMs: number;
}

/** Something that a sentinel has published. */
export interface SentinelEvent extends Moment {
  readonly kind: 'event';
  /** The sentinel's `host:port`. */
  readonly sentinel: string;
  readonly channel: string;
  readonly payload: string;
}

/** A node is something else than it was. */
export interface RoleChange extends Moment {
  readonly kind: 'role';
  /** The node's `host:port`. */
  readonly node: string;
  readonly role: ObservedRole;
}

/** Anything that an {@link Observer} records. */
export type Observation = SentinelEvent | RoleChange;

/** How closely to look. */
export interface ObserverOptions {
  /** The pause between two questions to a node, in milliseconds. Default: 5. */
  readonly pollMs?: number | undefined;
  /** After how long without an answer a node counts as hung, in milliseconds. Default: 250. */
  readonly hungAfterMs?: number | undefined;
}

/** Which of the recorded things count. */
export interface AfterOption {
  /** Only what was seen after this moment of `performance.now()`. Default: everything. */
  readonly afterMs?: number | undefined;
}

interface Waiter extends AfterOption {
  readonly predicate: (seen: Observation) => boolean;
  readonly resolve: (seen: Observation) => void;
}

/** For a server that takes no connection. */
const retryMs = 10;

/**
 * The record of what happens to a cluster: what the sentinels publish, and when a node's role changes, each to within
 * a few milliseconds. Get one from `cluster.observe()`. Its connections are its own and go past the proxies.
 */
export class Observer implements AsyncDisposable {
  readonly #pollMs: number;
  readonly #hungAfterMs: number;
  readonly #onClose: () => void;
  readonly #events: SentinelEvent[] = [];
  readonly #roleChanges: RoleChange[] = [];
  readonly #roles = new Map<string, ObservedRole>();
  readonly #waiters = new Set<Waiter>();
  readonly #clients = new Set<RedisClient>();
  readonly #loops: Promise<void>[] = [];
  readonly #beginnings: Promise<void>[] = [];
  #closed = false;

  /** @internal Use `cluster.observe()`. */
  constructor(options: ObserverOptions, onClose: () => void) {
    this.#pollMs = options.pollMs ?? 5;
    this.#hungAfterMs = options.hungAfterMs ?? 250;
    this.#onClose = onClose;
  }

  /** What the sentinels have published, in the order of arrival. */
  get events(): readonly SentinelEvent[] {
    return this.#events;
  }

  /** What the nodes were at first, and each change since then. */
  get roleChanges(): readonly RoleChange[] {
    return this.#roleChanges;
  }

  /** What a node is now. */
  role(address: string): ObservedRole | undefined {
    return this.#roles.get(address);
  }

  /**
   * The first observation that `predicate` accepts, recorded already or to come.
   *
   * @param options `timeoutMs` defaults to 30000; `afterMs` leaves out what was seen before.
   *
   * @example
   * ```ts
   * await observer.waitFor((seen) => seen.kind === 'role' && seen.role === 'down');
   * ```
   */
  async waitFor<T extends Observation>(
    predicate: ((seen: Observation) => seen is T) | ((seen: Observation) => boolean),
    options: AfterOption & { readonly timeoutMs?: number | undefined } = {},
  ): Promise<T> {
    const { timeoutMs = 30_000, afterMs = -Infinity } = options;
    const recorded = [...this.#events, ...this.#roleChanges].filter(
      (seen) => seen.atMs > afterMs && predicate(seen),
    );
    const first = recorded.sort((a, b) => a.atMs - b.atMs)[0];
    const seen = first ?? (await this.#next(predicate, afterMs, timeoutMs));
    return seen as T;
  }

  /** When a replica first said that it is a master, by `performance.now()`. Undefined if it has not. */
  promotedAt(address: string, { afterMs = -Infinity }: AfterOption = {}): number | undefined {
    let settled: ObservedRole | undefined;
    for (const { node, role, atMs } of this.#roleChanges) {
      if (node !== address || role === 'hung' || role === 'down') continue;
      if (settled === 'replica' && role === 'master' && atMs > afterMs) return atMs;
      settled = role;
    }
    return undefined;
  }

  /** When the first sentinel published `+switch-master`, by `performance.now()`. Undefined if none has. */
  firstSwitchMasterAt(
    options: AfterOption & { readonly name?: string | undefined } = {},
  ): number | undefined {
    const { afterMs = -Infinity, name } = options;
    const isIt = ({ channel, payload, atMs }: SentinelEvent): boolean =>
      channel === '+switch-master' &&
      atMs > afterMs &&
      (name === undefined || payload.startsWith(`${name} `));
    return this.#events.find(isIt)?.atMs;
  }

  /** Closes all connections. What was recorded stays. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const client of this.#clients) client.close();
    await Promise.all(this.#loops);
    this.#onClose();
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal */
  watchNode(node: ClusterNode): void {
    this.#begin((begun) => this.#probe(node, begun));
  }

  /** @internal */
  watchSentinel(sentinel: ClusterSentinel): void {
    this.#begin((begun) => this.#listen(sentinel, begun));
  }

  /** @internal Resolves when each member was heard of once. */
  async ready(): Promise<void> {
    await Promise.all(this.#beginnings);
  }

  #begin(loop: (begun: () => void) => Promise<void>): void {
    this.#beginnings.push(
      new Promise((resolve) => {
        this.#loops.push(loop(resolve).finally(resolve));
      }),
    );
  }

  async #listen(sentinel: ClusterSentinel, begun: () => void): Promise<void> {
    while (!this.#closed) {
      let gone = (): void => {};
      const closed = new Promise<void>((resolve) => (gone = resolve));
      const onMessage = (channel: string, payload: string): void =>
        this.#record({ kind: 'event', ...now(), sentinel: sentinel.address, channel, payload });
      const client = await this.#connect(sentinel, { onMessage, onClose: () => gone() });
      if (client) {
        await client.command('PSUBSCRIBE', '*').then(begun, () => client.close());
        await closed;
        this.#clients.delete(client);
      } else {
        begun();
        await pause(retryMs);
      }
    }
  }

  async #probe(node: ClusterNode, begun: () => void): Promise<void> {
    while (!this.#closed) {
      const client = await this.#whileWaiting(node, this.#connect(node));
      if (client) {
        await this.#question(node, client, begun);
      } else {
        this.#is(node, node.state === 'frozen' ? 'hung' : 'down');
        begun();
        await pause(retryMs);
      }
    }
  }

  /** Returns at once when the connection breaks: a promoted node has just killed its clients. */
  async #question(node: ClusterNode, client: RedisClient, begun: () => void): Promise<void> {
    while (client.open) {
      const reply = await this.#whileWaiting(
        node,
        client.command('ROLE').catch(() => undefined),
      );
      if (reply !== undefined) this.#is(node, roleOf(reply));
      begun();
      if (client.open) await pause(this.#pollMs);
    }
    this.#clients.delete(client);
    begun();
  }

  async #whileWaiting<T>(node: ClusterNode, answer: Promise<T>): Promise<T> {
    let immediate: NodeJS.Immediate | undefined;
    // An answer that came while this process stood still is read first.
    const timer = setTimeout(() => {
      immediate = setImmediate(() => this.#is(node, 'hung'));
    }, this.#hungAfterMs);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      clearImmediate(immediate);
    }
  }

  async #connect(
    member: Member,
    options?: Parameters<Member['client']>[0],
  ): Promise<RedisClient | undefined> {
    try {
      const client = await member.client(options);
      if (this.#closed) client.close();
      this.#clients.add(client);
      return client;
    } catch {
      return undefined;
    }
  }

  #is(node: ClusterNode, role: ObservedRole): void {
    const { address } = node;
    if (this.#closed || this.#roles.get(address) === role) return;
    this.#roles.set(address, role);
    this.#record({ kind: 'role', ...now(), node: address, role });
  }

  #record(seen: Observation): void {
    if (seen.kind === 'event') this.#events.push(seen);
    else this.#roleChanges.push(seen);
    for (const waiter of this.#waiters) {
      if (seen.atMs > (waiter.afterMs ?? -Infinity) && waiter.predicate(seen)) waiter.resolve(seen);
    }
  }

  #next(predicate: (seen: Observation) => boolean, afterMs: number, timeoutMs: number): Promise<Observation> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        predicate,
        afterMs,
        resolve: (seen) => {
          done();
          resolve(seen);
        },
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`Nothing of the kind was observed within ${timeoutMs} ms. ${this.#summary()}`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  #summary(): string {
    const roles = [...this.#roles].map(([node, role]) => `${node} is ${role}`).join(', ');
    const last = this.#events.slice(-5).map(({ channel, payload }) => `${channel} ${payload}`);
    return `Roles: ${roles || 'none'}. Last events: ${last.join(' | ') || 'none'}.`;
  }
}

function roleOf(reply: Reply): ObservedRole {
  return toList(reply)[0] === 'master' ? 'master' : 'replica';
}

function now(): { atMs: number; wallMs: number } {
  const atMs = performance.now();
  return { atMs, wallMs: performance.timeOrigin + atMs };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
