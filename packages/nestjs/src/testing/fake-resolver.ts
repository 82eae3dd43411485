import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  sameAddress,
  SwitchmasterError,
  type ConnectOptions,
  type Follower,
  type HoldReason,
  type MasterOptions,
  type MoveReason,
  type NodeAddress,
  type ReleaseReason,
  type Replica,
  type Resolver,
  type ResolverEvents,
  type TopologySnapshot,
} from '@switchmaster/core';

export interface FakeResolverOptions {
  /** Default: `'mymaster'`. */
  readonly name?: string | undefined;
  /** Default: `{ host: '127.0.0.1', port: 6379 }`. Nothing listens there unless you see to it. */
  readonly master?: NodeAddress | undefined;
  /** Where failovers go to. Default: ports 6380 and 6381 of the same host. */
  readonly replicas?: readonly NodeAddress[] | undefined;
}

type Listener<Name extends keyof ResolverEvents> = (event: ResolverEvents[Name]) => void;

/** What the brands and marks of core are by, in whichever copy of it. */
const resolverBrand = Symbol.for('switchmaster.resolver');
const addressMark = Symbol.for('switchmaster.address');

/**
 * A resolver without sentinels, whose failovers a test plays. Clients of `@switchmaster/ioredis` and
 * `@switchmaster/node-redis` follow it as they do a real one, to whatever listens at its addresses.
 *
 * @example
 * const resolver = new FakeResolver();
 * resolver.hold();
 * expect(service.isPaused).toBe(true);
 * resolver.move();
 */
export class FakeResolver implements Resolver {
  readonly name: string;
  /** What `suspect()` was called with. */
  readonly suspicions: { readonly address: NodeAddress; readonly error: unknown }[] = [];
  readonly #followers = new Set<Follower>();
  readonly #listeners = new Map<string, Set<(event: never) => void>>();
  readonly #waiting = new Set<() => void>();
  #topology: TopologySnapshot;
  #heldAt: number | undefined;
  #holdReason: HoldReason | undefined;

  constructor({ name = 'mymaster', master, replicas }: FakeResolverOptions = {}) {
    const first = master ?? { host: '127.0.0.1', port: 6379 };
    const others = replicas ?? [6380, 6381].map((port) => ({ host: first.host, port }));
    this.name = name;
    Object.defineProperty(this, resolverBrand, { value: true });
    this.#topology = Object.freeze({
      name,
      phase: 'following',
      master: address(first),
      verified: true,
      candidate: undefined,
      replicas: Object.freeze(others.map(replica)),
      sentinels: Object.freeze([]),
      configEpoch: 0,
      minority: false,
    });
  }

  get topology(): TopologySnapshot {
    return this.#topology;
  }

  /** Plays the start of a failover: followers hold. */
  hold(reason: HoldReason = 'failover'): void {
    if (this.#heldAt !== undefined || this.#isClosed) return;
    const [candidate] = this.#topology.replicas;
    this.#heldAt = Date.now();
    this.#holdReason = reason;
    this.#change({
      phase: 'holding',
      candidate: candidate && address(candidate),
      minority: reason === 'minority',
    });
    for (const follower of [...this.#followers]) follower.hold(reason);
    const master = this.#master();
    this.#emit('hold', {
      name: this.name,
      reason,
      master,
      candidate: this.#topology.candidate,
      at: Date.now(),
    });
  }

  /**
   * Plays the end of a failover: followers move.
   *
   * @param to Default: the first replica. The old master becomes the last one.
   */
  move(
    to: NodeAddress | undefined = this.#topology.replicas[0],
    reason: MoveReason = 'promotion',
  ): NodeAddress {
    if (!to) throw new Error('there is no replica to move to: give an address, or the option `replicas`');
    if (this.#isClosed) throw this.#closedError();
    const from = this.#master();
    const master = address(to);
    const others = this.#topology.replicas.filter((one) => !sameAddress(one, to));
    const phases = { ...(this.#heldAt !== undefined && { heldAt: this.#heldAt }), movedAt: Date.now() };
    this.#settle({ master, replicas: Object.freeze([...others, replica(from)]) });
    for (const follower of [...this.#followers]) follower.move(master, reason);
    const { configEpoch } = this.#topology;
    this.#emit('switch', { name: this.name, from, to: master, reason, configEpoch, phases, at: Date.now() });
    this.#wake();
    return master;
  }

  /** Plays the end of a failover that was called off: followers go on where they are. */
  release(reason: ReleaseReason = 'aborted'): void {
    if (this.#heldAt === undefined) return;
    const heldMs = Date.now() - this.#heldAt;
    this.#settle({});
    for (const follower of [...this.#followers]) follower.release(reason);
    this.#emit('release', { name: this.name, reason, master: this.#master(), heldMs, at: Date.now() });
    this.#wake();
  }

  /** Plays a whole failover: holds, lets everybody else have a turn, and moves. */
  async failover(to?: NodeAddress): Promise<NodeAddress> {
    this.hold();
    await new Promise((resolve) => setImmediate(resolve));
    return this.move(to);
  }

  /** Changes what is known, such as `{ minority: true }`, and tells nobody but listeners to `topology`. */
  know(topology: Partial<TopologySnapshot>): void {
    this.#change(topology);
  }

  async master({ signal }: MasterOptions = {}): Promise<NodeAddress> {
    for (;;) {
      if (this.#isClosed) throw this.#closedError();
      const { master, verified, phase } = this.#topology;
      if (master && verified && phase !== 'holding') return master;
      await this.#news(signal);
    }
  }

  replicas(): readonly Replica[] {
    return this.#topology.replicas.filter(({ healthy }) => healthy);
  }

  mapAddress(announced: NodeAddress): NodeAddress {
    return announced;
  }

  async connect({ role = 'master', signal }: ConnectOptions = {}): Promise<Socket> {
    const master = await this.master({ signal });
    const to = (role === 'replica' && this.replicas()[0]) || master;
    const socket = connect({ host: to.host, port: to.port });
    try {
      await once(socket, 'connect', { signal });
      return Object.assign(socket, { [addressMark]: address(to) });
    } catch (cause) {
      socket.destroy();
      throw new SwitchmasterError('MASTER_UNREACHABLE', `nothing listens at ${to.host}:${to.port}`, {
        cause,
      });
    }
  }

  follow(follower: Follower): () => void {
    if (this.#isClosed) throw this.#closedError();
    let active = true;
    queueMicrotask(() => {
      if (!active) return;
      this.#followers.add(follower);
      if (this.#holdReason) follower.hold(this.#holdReason);
    });
    return () => {
      active = false;
      this.#followers.delete(follower);
    };
  }

  suspect(suspected: NodeAddress, error?: unknown): void {
    this.suspicions.push({ address: suspected, error });
  }

  on<Name extends keyof ResolverEvents>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => this.off(name, listener);
  }

  off<Name extends keyof ResolverEvents>(name: Name, listener: Listener<Name>): void {
    this.#listeners.get(name)?.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#followers.clear();
    this.#change({ phase: 'closed' });
    this.#listeners.clear();
    this.#wake();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #isClosed(): boolean {
    return this.#topology.phase === 'closed';
  }

  #master(): NodeAddress {
    const { master } = this.#topology;
    if (!master) throw new Error('this FakeResolver was told that it knows no master');
    return master;
  }

  #settle(topology: Partial<TopologySnapshot>): void {
    this.#heldAt = undefined;
    this.#holdReason = undefined;
    const configEpoch = this.#topology.configEpoch + (topology.master ? 1 : 0);
    this.#change({ ...topology, phase: 'following', candidate: undefined, minority: false, configEpoch });
  }

  #change(topology: Partial<TopologySnapshot>): void {
    this.#topology = Object.freeze({ ...this.#topology, ...topology });
    this.#emit('topology', this.#topology);
    this.#wake();
  }

  #emit<Name extends keyof ResolverEvents>(name: Name, event: ResolverEvents[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) (listener as Listener<Name>)(event);
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
    this.#waiting.clear();
  }

  #news(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(abortError(this.name, signal));
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.add(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
    });
  }

  #closedError(): SwitchmasterError {
    return new SwitchmasterError('CLOSED', `the resolver of '${this.name}' was closed`);
  }
}

function abortError(name: string, signal: AbortSignal | undefined): Error {
  const reason = signal?.reason as Error;
  if (reason.name !== 'TimeoutError') return reason;
  return new SwitchmasterError('TIMED_OUT', `no verified master '${name}' yet`, { cause: reason });
}

function address({ host, port }: NodeAddress): NodeAddress {
  return Object.freeze({ host, port });
}

function replica({ host, port }: NodeAddress): Replica {
  return Object.freeze({
    host,
    port,
    healthy: true,
    masterLinkDownMs: 0,
    offset: 0,
    lagBytes: 0,
    priority: 100,
  });
}
