import type { Socket } from 'node:net';
import { sameAddress, type NodeAddress } from './address.ts';
import type { ConnectRole } from './connect.ts';
import type { Follower } from './follower.ts';
import type { Resolver } from './resolver.ts';
import { addressOf } from './socket-address.ts';

/** The client that a connection belongs to. Nothing is called before {@link FollowingConnection.open}, nor after `close()`. */
export interface ConnectionOwner {
  /** Put no new commands on the wire, let replies in flight arrive. */
  hold?(): void;
  /** Go on, on the same connection. */
  release?(): void;
  /** There is a better node to be on: destroy the connection, if there is one, and dial again at once. */
  leave(to: NodeAddress | undefined): void;
}

export interface FollowingConnectionOptions {
  readonly role: ConnectRole;
  /** How long {@link FollowingConnection.open} may take, in milliseconds; 0 or `undefined`: for ever. */
  readonly timeoutMs?: number | undefined;
}

/** How often one who reads from the master, for want of a replica, looks for one. */
const lookForReplicaMs = 5000;

/**
 * One connection of a client, from the wait for a node of the right role to its end: what adapters have in common.
 *
 * @example
 * const connection = new FollowingConnection(resolver, { role: 'master' }, {
 *   hold: () => socket.cork(),
 *   release: () => socket.uncork(),
 *   leave: () => socket.destroy(),
 * });
 * const socket = await connection.open();
 * socket.once('close', () => connection.close());
 */
export class FollowingConnection {
  readonly #resolver: Resolver;
  readonly #role: ConnectRole;
  readonly #timeoutMs: number | undefined;
  readonly #traffic: Traffic;
  /** Only while it dials: there may be many that are open. */
  #cancel: AbortController | undefined = new AbortController();
  readonly #undo: () => void;
  #closed = false;

  constructor(resolver: Resolver, { role, timeoutMs }: FollowingConnectionOptions, owner: ConnectionOwner) {
    this.#resolver = resolver;
    this.#role = role;
    this.#timeoutMs = timeoutMs;
    this.#traffic = new Traffic(owner);
    this.#undo = this.#follow();
  }

  /** Where it leads. `undefined` before it is open. */
  get address(): NodeAddress | undefined {
    return this.#traffic.address;
  }

  /** Whether traffic is held. */
  get isHeld(): boolean {
    return this.#traffic.held;
  }

  /**
   * A socket to a node of the right role, which is so when the caller reads it.
   *
   * @throws SwitchmasterError as {@link Resolver.connect}; after `timeoutMs` with the code that says why there is none.
   */
  async open(): Promise<Socket> {
    // With this reason the resolver's error says why there is no master.
    const late = (): void => this.cancel(new DOMException('connectTimeout has passed', 'TimeoutError'));
    const timer = this.#timeoutMs ? setTimeout(late, this.#timeoutMs) : undefined;
    try {
      for (;;) {
        const socket = await this.#connect();
        if (this.#isCurrent(socket)) {
          this.#cancel = undefined;
          return (this.#traffic.socket = socket);
        }
        socket.destroy();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the wait of {@link open}. */
  cancel(reason?: Error): void {
    this.#cancel?.abort(reason);
  }

  /** It broke, or its node refused a write: the resolver asks again. */
  suspect(error: Error | undefined): void {
    const { address } = this;
    if (address) this.#resolver.suspect(address, error);
  }

  /** The socket is left to its owner. */
  close(): void {
    this.#closed = true;
    this.cancel();
    this.#undo();
  }

  async #connect(): Promise<Socket> {
    const { signal } = (this.#cancel ??= new AbortController());
    signal.throwIfAborted();
    return await this.#resolver.connect({ role: this.#role, signal });
  }

  /** A hold or a move may have come between the resolver's answer and our reading it. */
  #isCurrent(socket: Socket): boolean {
    if (this.isHeld || socket.destroyed) return false;
    return this.#role === 'replica' || this.#isMaster(addressOf(socket));
  }

  #isMaster(address: NodeAddress | undefined): boolean {
    return isSame(address, this.#resolver.topology.master);
  }

  #follow(): () => void {
    // `open()` says so, in its time.
    if (this.#resolver.topology.phase === 'closed') return () => {};
    return this.#role === 'replica' ? this.#followReplicas() : this.#resolver.follow(this.#traffic);
  }

  #followReplicas(): () => void {
    const unlisten = this.#resolver.on('topology', () => {
      const usable = [this.#resolver.topology.master, ...this.#resolver.replicas()];
      const { address } = this;
      if (address && !usable.some((node) => isSame(address, node))) this.#traffic.leave(undefined);
    });
    const timer = setInterval(() => void this.#lookForReplica(), lookForReplicaMs).unref();
    return () => {
      unlisten();
      clearInterval(timer);
    };
  }

  /** What the sentinels take for healthy may be out of our reach: it is tried before the master is left. */
  async #lookForReplica(): Promise<void> {
    if (!this.#isMaster(this.address) || this.#resolver.replicas().length === 0) return;
    const found = await this.#connect().catch(() => undefined);
    found?.destroy();
    const replica = found && addressOf(found);
    if (replica && !this.#isMaster(replica) && !this.#closed) this.#traffic.leave(replica);
  }
}

/** A failover, as a connection to the master sees it. Methods, not closures: there may be many connections. */
class Traffic implements Follower {
  socket: Socket | undefined;
  held = false;
  readonly #owner: ConnectionOwner;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  get address(): NodeAddress | undefined {
    return this.socket && addressOf(this.socket);
  }

  hold(): void {
    this.held = true;
    this.#owner.hold?.();
  }

  release(): void {
    if (!this.held) return;
    this.held = false;
    this.#owner.release?.();
  }

  move(to: NodeAddress): void {
    // It was dialled so late that it leads there already.
    if (isSame(this.address, to)) return this.release();
    this.held = false;
    this.leave(to);
  }

  leave(to: NodeAddress | undefined): void {
    this.#owner.leave(to);
  }
}

function isSame(a: NodeAddress | undefined, b: NodeAddress | undefined): boolean {
  return a !== undefined && b !== undefined && sameAddress(a, b);
}
