import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { formatAddress, sameAddress, type NodeAddress } from './address.ts';
import { hasBrand, resolverBrand } from './brand.ts';
import { after, now } from './clock.ts';
import { connect, type ConnectRole, type Source } from './connect.ts';
import { nextDeadline, watchList } from './decisions.ts';
import { diagnose, isHopeless } from './diagnosis.ts';
import { publish } from './diagnostics.ts';
import type { Endpoint } from './dial.ts';
import { asSwitchmasterError, SwitchmasterError } from './errors.ts';
import { Emitter } from './emitter.ts';
import { toEvent, type ChangeEvents, type ResolverEvents } from './events.ts';
import { Followers, type Follower } from './follower.ts';
import { Lines } from './lines.ts';
import { NodeWatches } from './node-watches.ts';
import {
  checkResolverOptions,
  isSentinelSet,
  type CheckedResolverOptions,
  type ResolverOptions,
} from './options.ts';
import { Sentinels } from './sentinel-set.ts';
import { isSameTopology, looksSame, snapshot, type Replica, type TopologySnapshot } from './snapshot.ts';
import { emptyTopology, step, type Change, type Observation, type Topology } from './topology.ts';
import { WaitingRoom } from './waiting.ts';

export interface MasterOptions {
  /** Ends the wait. A timeout's signal gives the error that says why there is no master. */
  readonly signal?: AbortSignal | undefined;
}

export interface ConnectOptions extends MasterOptions {
  /** `'replica'`: a healthy replica, or the master while there is none. Default `'master'`. */
  readonly role?: ConnectRole | undefined;
}

/** Always knows the master of one name, and tells followers when to hold, move and go on. */
export interface Resolver extends AsyncDisposable {
  /** The master's name in the sentinels' configuration. */
  readonly name: string;
  /** What is known now; frozen, a new object at each change. */
  readonly topology: TopologySnapshot;
  /**
   * The announced address of the master, which has said `master` to `ROLE`. Waits while there is none or
   * traffic is held, for as long as `signal` allows.
   *
   * @throws SwitchmasterError At once where waiting is pointless: `NAME_UNKNOWN`, `AUTH_REFUSED`, `CLOSED`.
   * At the signal's timeout with the code that says why there is no master.
   *
   * @example
   * const { host, port } = await resolver.master({ signal: AbortSignal.timeout(2000) });
   */
  master(options?: MasterOptions): Promise<NodeAddress>;
  /** The replicas that are healthy: up, and their link to the master is up. */
  replicas(): readonly Replica[];
  /** The address to dial for an announced one, by the option `mapAddress`. */
  mapAddress(address: NodeAddress): NodeAddress;
  /**
   * A net or TLS socket whose peer has just said the right `ROLE`, authenticated with the credentials in
   * `node`, if any, and on RESP2. Waits and throws as {@link Resolver.master}. It is the caller's to close.
   *
   * @example
   * const socket = await resolver.connect({ signal: AbortSignal.timeout(2000) });
   * socket.write('PING\r\n');
   */
  connect(options?: ConnectOptions): Promise<Socket>;
  /** Tells `follower` of every failover until the returned function is called. */
  follow(follower: Follower): () => void;
  /**
   * A client met READONLY, a refused connection or a deadline at `address`: the master and the sentinels are
   * asked again now. Nothing moves before that is confirmed.
   */
  suspect(address: NodeAddress, error?: unknown): void;
  /** Calls `listener` at each event; returns its undo. */
  on<Name extends keyof ResolverEvents>(
    name: Name,
    listener: (event: ResolverEvents[Name]) => void,
  ): () => void;
  off<Name extends keyof ResolverEvents>(name: Name, listener: (event: ResolverEvents[Name]) => void): void;
  /** Ends everything: waiting calls are rejected with `CLOSED`, followers hear no more. A shared set stays open. */
  close(): Promise<void>;
}

/**
 * Starts to watch a master through its sentinels. Nothing of it keeps the process alive, calls that wait
 * excepted.
 *
 * @throws SwitchmasterError `INVALID_OPTION`, at once.
 *
 * @example
 * const resolver = createResolver({ name: 'mymaster', sentinels: ['s1:26379', 's2:26379', 's3:26379'] });
 * const { host, port } = await resolver.master();
 */
export function createResolver(options: ResolverOptions): Resolver {
  return new MasterResolver(checkResolverOptions(options));
}

/** Whether `value` is a {@link Resolver}, also one made by another copy of this package. */
export function isResolver(value: unknown): value is Resolver {
  return hasBrand(value, resolverBrand);
}

class MasterResolver implements Resolver {
  readonly [resolverBrand]: true = true;
  readonly name: string;
  readonly #options: CheckedResolverOptions;
  readonly #sentinels: Sentinels;
  readonly #ownsSentinels: boolean;
  readonly #emitter = new Emitter<ResolverEvents>();
  readonly #followers: Followers;
  readonly #waiting = new WaitingRoom();
  readonly #toldOfFirst = new Set<SwitchmasterError['code']>();
  readonly #watches: NodeWatches;
  readonly #lines = new Lines();
  readonly #source: Source;
  readonly #undo: (() => void)[];
  #topology: Topology;
  #snapshot: TopologySnapshot;
  readonly #inbox: Observation[] = [];
  #cancelDeadline: () => void = () => {};
  readonly #closing = new AbortController();

  constructor(options: CheckedResolverOptions) {
    this.name = options.name;
    this.#options = options;
    this.#ownsSentinels = !isSentinelSet(options.sentinels);
    this.#sentinels = isSentinelSet(options.sentinels)
      ? (options.sentinels as Sentinels)
      : new Sentinels(options.sentinels);
    const settings = { ...options.settings, minorityAfterMs: this.#sentinels.outOfSightAfterMs };
    this.#topology = emptyTopology(settings, now());
    this.#snapshot = snapshot(this.name, this.#topology, false);
    this.#followers = new Followers((error) => this.#fail(error));
    this.#watches = new NodeWatches(
      (address) => this.#endpoint(address),
      options.roleIntervalMs,
      (address, role) => {
        if (role.kind === 'unreachable') this.#tellOfFirst(role.error);
        this.#observe({ type: 'role', address, role });
      },
      (address) => this.#lines.cutSilent(address, options.commandTimeoutMs / 2),
    );
    // Every call that waits listens to it.
    setMaxListeners(0, this.#closing.signal);
    this.#source = {
      closing: this.#closing.signal,
      master: (signal) => this.master({ signal }),
      isOpen: (address) => this.#isOpen(address),
      pickReplica: (refused) => this.#pickReplica(refused),
      endpoint: (address) => this.#endpoint(address),
      handOut: (socket, address) => this.#lines.add(socket, address),
      suspect: (address) => this.suspect(address),
      diagnose: () => this.#diagnose(),
    };
    this.#undo = [
      this.#sentinels.join({
        name: this.name,
        observe: (observation) => this.#observe(observation),
        fail: (error) => this.#fail(error),
      }),
      this.#sentinels.on('sentinel', (event) => {
        this.#emitter.emit('sentinel', event);
        if (event.error) this.#emitter.emit('error', event.error);
      }),
    ];
  }

  get topology(): TopologySnapshot {
    return this.#snapshot;
  }

  master({ signal }: MasterOptions = {}): Promise<NodeAddress> {
    return this.#waiting.wait(
      () => this.#ready(),
      signal,
      () => this.#diagnose(),
    );
  }

  replicas(): readonly Replica[] {
    return this.#snapshot.replicas.filter((replica) => replica.healthy);
  }

  mapAddress(address: NodeAddress): NodeAddress {
    return this.#options.mapAddress(address);
  }

  connect({ role = 'master', signal }: ConnectOptions = {}): Promise<Socket> {
    return connect(this.#source, role, signal);
  }

  follow(follower: Follower): () => void {
    if (this.#isClosed) throw this.#closedError();
    return this.#followers.add(follower);
  }

  suspect(address: NodeAddress, _error?: unknown): void {
    if (!this.#isClosed) this.#observe({ type: 'suspect', address });
  }

  on<Name extends keyof ResolverEvents>(
    name: Name,
    listener: (event: ResolverEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(name, listener);
  }

  off<Name extends keyof ResolverEvents>(name: Name, listener: (event: ResolverEvents[Name]) => void): void {
    this.#emitter.off(name, listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#closing.abort(this.#closedError());
    this.#followers.clear();
    this.#cancelDeadline();
    this.#watches.close();
    this.#lines.close();
    for (const undo of this.#undo) undo();
    this.#snapshot = snapshot(this.name, this.#topology, true);
    this.#waiting.rejectAll(this.#closedError());
    this.#emitter.emit('topology', this.#snapshot);
    this.#emitter.clear();
    if (this.#ownsSentinels) await this.#sentinels.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Everything that happens comes through here: judged by `step`, then acted upon. */
  #observe(observation: Observation): void {
    this.#inbox.push(observation);
    // A follower or listener may cause the next observation; it waits until this one is done with.
    if (this.#inbox.length > 1) return;
    for (let next = this.#inbox[0]; next; next = this.#inbox[0]) {
      try {
        if (!this.#isClosed) this.#judge(next);
      } catch (error) {
        // Whatever it was, a resolver must not stay deaf.
        this.#fail(error);
      }
      this.#inbox.shift();
    }
  }

  #judge(observation: Observation): void {
    const at = now();
    const before = this.#topology;
    const [topology, changes] = step(before, observation, at);
    this.#topology = topology;
    this.#watches.set(watchList(topology, at));
    this.#wakeAt(nextDeadline(topology, at), at);
    if (!looksSame(topology, before)) this.#refreshSnapshot();
    for (const change of changes) this.#act(change, at);
    this.#waiting.check();
  }

  #act(change: Change, at: number): void {
    if (change.type === 'ask') return this.#sentinels.ask(this.name, change.sentinel);
    if (change.type === 'fault') return this.#emitter.emit('error', this.#diagnose());
    if (change.type === 'hold' || change.type === 'release') this.#followers.tell(change);
    // The first master is where followers start; there is nothing to leave.
    if (change.type === 'move' && change.from) this.#followers.tell(change);
    this.#announce(toEvent(change, this.name, this.#topology.configEpoch, at));
  }

  #announce<Name extends keyof ChangeEvents>(told: { type: Name; event: ResolverEvents[Name] }): void {
    publish(told.type, told.event);
    this.#emitter.emit(told.type, told.event);
  }

  #refreshSnapshot(): void {
    const fresh = snapshot(this.name, this.#topology, false);
    const isNews = !isSameTopology(fresh, this.#snapshot);
    this.#snapshot = fresh;
    if (isNews) this.#emitter.emit('topology', fresh);
  }

  #wakeAt(deadline: number, at: number): void {
    this.#cancelDeadline();
    if (deadline === Infinity) return;
    this.#cancelDeadline = after(Math.ceil(deadline - at), () => this.#observe({ type: 'tick' }));
  }

  #ready(): NodeAddress | undefined {
    if (this.#isClosed) throw this.#closedError();
    const { master } = this.#topology;
    if (master && this.#isOpen(master)) return Object.freeze({ host: master.host, port: master.port });
    const diagnosis = master ? undefined : this.#diagnose();
    if (diagnosis && isHopeless(this.#topology, diagnosis)) throw diagnosis;
    return undefined;
  }

  #isOpen(address: NodeAddress): boolean {
    const { master, verified, hold } = this.#topology;
    return master !== undefined && sameAddress(master, address) && verified && !hold && !this.#isClosed;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #endpoint(address: NodeAddress): Endpoint {
    const { node, mapAddress, connectTimeoutMs, commandTimeoutMs, credentialsTimeoutMs } = this.#options;
    const timeouts = { connectTimeoutMs, commandTimeoutMs, credentialsTimeoutMs };
    return { kind: 'node', address, mapAddress, ...node, ...timeouts };
  }

  #pickReplica(refused: ReadonlySet<string>): NodeAddress | undefined {
    const usable = this.replicas().filter((replica) => !refused.has(formatAddress(replica)));
    const picked = usable[Math.floor(Math.random() * usable.length)];
    return picked && Object.freeze({ host: picked.host, port: picked.port });
  }

  #diagnose(): SwitchmasterError {
    return this.#isClosed ? this.#closedError() : diagnose(this.name, this.#topology);
  }

  #closedError(): SwitchmasterError {
    return new SwitchmasterError('CLOSED', `the resolver of '${this.name}' was closed`);
  }

  /** Before there is a master, nothing else tells those who wait of a node that cannot be asked. */
  #tellOfFirst(cause: Error): void {
    const error = asSwitchmasterError(cause, 'MASTER_UNREACHABLE');
    if (this.#topology.master || this.#toldOfFirst.has(error.code)) return;
    this.#toldOfFirst.add(error.code);
    this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#emitter.emit('error', asSwitchmasterError(error, 'PROTOCOL_ERROR'));
  }
}
