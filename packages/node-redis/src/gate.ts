import type { Follower, ResolverLease } from '@switchmaster/core';

/** Where a client has its gate. */
export const gateOf: unique symbol = Symbol('switchmaster.gate');

/** What is used of a client. The two hooks are node-redis' own, for its maintenance; versions before 5.9 lack them. */
export interface Pausable {
  readonly _self: Pausable;
  [gateOf]?: Gate;
  readonly isOpen: boolean;
  readonly isReady: boolean;
  readonly _pause?: (this: Pausable) => void;
  readonly _unpause?: (this: Pausable) => void;
  on(event: string, listener: (this: this) => void): unknown;
}

/**
 * Keeps a client from putting commands on the wire while traffic is held, and while it has no connection. node-redis 5
 * would otherwise give commands of the tick in which a connection breaks to the dead socket, go on waiting for their
 * replies, and take those of the next connection for them.
 */
export class Gate implements Follower {
  readonly #client: Pausable;
  readonly #lease: ResolverLease;
  readonly #role: 'master' | 'replica';
  #unfollow: (() => void) | undefined;
  #online: boolean;
  #held = false;
  #onLost: (() => void) | undefined;

  constructor(client: Pausable, role: 'master' | 'replica', lease: ResolverLease) {
    this.#client = client;
    this.#role = role;
    this.#lease = lease;
    this.#online = client.isReady;
    if (this.#online) this.#follow();
    const { _self: self } = client;
    self[gateOf] = this;
    for (const [event, listener] of Object.entries(listeners)) client.on(event, listener);
  }

  /** Whether this version of the client can be kept from writing. */
  get isAble(): boolean {
    const { _pause: pause, _unpause: unpause } = this.#client;
    return pause !== undefined && unpause !== undefined;
  }

  /** Resolves if the connection is lost while the client closes: it gets no other. */
  lostAtClose(): Promise<void> {
    return new Promise((resolve) => {
      this.#onLost = resolve;
    });
  }

  hold(): void {
    this.#set(this.#online, true);
  }

  release(): void {
    this.#set(this.#online, false);
  }

  move(): void {
    // The connection breaks, and what waits is for the next one.
    setImmediate(() => this.release());
  }

  connected(): void {
    this.#follow();
    // The handshake is written next.
    this.#set(true, false);
  }

  ready(): void {
    this.#set(true, this.#held);
  }

  failed(): void {
    if (this.#client.isReady) return;
    this.ended();
    if (!this.#client.isOpen) this.#onLost?.();
  }

  ended(): void {
    this.#unfollow?.();
    this.#set(false, false);
  }

  #follow(): void {
    this.#unfollow?.();
    const { resolver } = this.#lease;
    if (this.#role === 'master' && resolver.topology.phase !== 'closed')
      this.#unfollow = resolver.follow(this);
  }

  #set(online: boolean, held: boolean): void {
    this.#online = online;
    this.#held = held;
    // An unfinished handshake must not be held: it is held when it is ready.
    const isHeld = held && this.#client.isReady;
    const { _pause: pause, _unpause: unpause } = this.#client;
    (online && !isHeld ? unpause : pause)?.call(this.#client);
  }
}

/** Called on the client: one set for all, as closures for each would take memory. */
const listeners = {
  connect(this: Pausable): void {
    this[gateOf]?.connected();
  },
  ready(this: Pausable): void {
    this[gateOf]?.ready();
  },
  error(this: Pausable): void {
    this[gateOf]?.failed();
  },
  end(this: Pausable): void {
    this[gateOf]?.ended();
  },
};
