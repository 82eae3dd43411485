import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import { formatAddress, type NodeAddress } from './address.ts';
import { hasBrand, resolverBrand } from './brand.ts';
import { connect, type ConnectRole, type Source } from './connect.ts';
import { asSwitchmasterError, SwitchmasterError } from './errors.ts';
import { Emitter } from './emitter.ts';
import type { ResolverEvents } from './events.ts';
import { Followers, type Follower } from './follower.ts';
import { Lines } from './lines.ts';
import { MasterWatch } from './master-watch.ts';
import {
  checkResolverOptions,
  isSentinelSet,
  type CheckedResolverOptions,
  type ResolverOptions,
} from './options.ts';
import type { Sentinels } from './sentinel-set.ts';
import { shareSentinels, type SharedSentinels } from './shared-sentinels.ts';
import type { Replica, TopologySnapshot } from './snapshot.ts';
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
 * excepted. Resolvers with the same sentinels and settings share their connections, and those of the same
 * name what they know.
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
  readonly #shared: SharedSentinels | undefined;
  readonly #emitter = new Emitter<ResolverEvents>();
  readonly #followers: Followers;
  readonly #waiting = new WaitingRoom();
  readonly #toldOfFirst = new Set<SwitchmasterError['code']>();
  readonly #lines = new Lines();
  readonly #source: Source;
  readonly #watch: MasterWatch;
  readonly #undo: (() => void)[];
  readonly #closing = new AbortController();
  #lastTopology: TopologySnapshot | undefined;

  constructor(options: CheckedResolverOptions) {
    this.name = options.name;
    this.#options = options;
    this.#shared = isSentinelSet(options.sentinels) ? undefined : shareSentinels(options.sentinels);
    const sentinels = this.#shared?.sentinels ?? (options.sentinels as Sentinels);
    this.#followers = new Followers((error) => this.#fail(error));
    // Every call that waits listens to it.
    setMaxListeners(0, this.#closing.signal);
    this.#watch = MasterWatch.of(sentinels, options);
    this.#source = {
      closing: this.#closing.signal,
      master: (signal) => this.master({ signal }),
      isOpen: (address) => !this.#isClosed && this.#watch.isOpen(address),
      pickReplica: (refused) => this.#pickReplica(refused),
      endpoint: (address) => this.#watch.endpoint(address),
      handOut: (socket) => this.#lines.add(socket),
      suspect: (address) => this.suspect(address),
      diagnose: () => this.#diagnose(),
    };
    this.#undo = [
      this.#watch.join({
        command: (call) => this.#followers.tell(call),
        tell: (name, event) => this.#emitter.emit(name, event),
        unreachable: (error) => this.#tellOfFirst(error),
        deadLine: (address) => this.#lines.cutSilent(address, options.commandTimeoutMs / 2),
        judged: () => this.#waiting.check(),
      }),
      sentinels.on('sentinel', (event) => {
        this.#emitter.emit('sentinel', event);
        if (event.error) this.#emitter.emit('error', event.error);
      }),
    ];
  }

  get topology(): TopologySnapshot {
    return this.#lastTopology ?? this.#watch.snapshot;
  }

  master({ signal }: MasterOptions = {}): Promise<NodeAddress> {
    return this.#waiting.wait(
      () => this.#ready(),
      signal,
      () => this.#diagnose(),
    );
  }

  replicas(): readonly Replica[] {
    return this.topology.replicas.filter((replica) => replica.healthy);
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
    if (!this.#isClosed) this.#watch.observe({ type: 'suspect', address });
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
    this.#lines.close();
    this.#lastTopology = Object.freeze({ ...this.#watch.snapshot, phase: 'closed' });
    for (const undo of this.#undo) undo();
    this.#waiting.rejectAll(this.#closedError());
    this.#emitter.emit('topology', this.#lastTopology);
    this.#emitter.clear();
    await this.#shared?.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ready(): NodeAddress | undefined {
    if (this.#isClosed) throw this.#closedError();
    return this.#watch.openMaster();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #pickReplica(refused: ReadonlySet<string>): NodeAddress | undefined {
    const usable = this.replicas().filter((replica) => !refused.has(formatAddress(replica)));
    const picked = usable[Math.floor(Math.random() * usable.length)];
    return picked && Object.freeze({ host: picked.host, port: picked.port });
  }

  #diagnose(): SwitchmasterError {
    return this.#isClosed ? this.#closedError() : this.#watch.diagnose();
  }

  #closedError(): SwitchmasterError {
    return new SwitchmasterError('CLOSED', `the resolver of '${this.name}' was closed`);
  }

  /** Before there is a master, nothing else tells those who wait of a node that cannot be asked. */
  #tellOfFirst(cause: Error): void {
    const error = asSwitchmasterError(cause, 'MASTER_UNREACHABLE');
    if (this.topology.master || this.#toldOfFirst.has(error.code)) return;
    this.#toldOfFirst.add(error.code);
    this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#emitter.emit('error', asSwitchmasterError(error, 'PROTOCOL_ERROR'));
  }
}
