import type { Follower, Resolver } from '@switchmaster/core';

/** What is used of a client. The two hooks are node-redis' own, for its maintenance; versions before 5.9 lack them. */
export interface Pausable {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  readonly _pause?: (this: Pausable) => void;
  readonly _unpause?: (this: Pausable) => void;
  on(event: 'connect' | 'ready' | 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * Keeps a client from putting commands on the wire while traffic is held, and while it has no connection. node-redis 5
 * would otherwise give commands of the tick in which a connection breaks to the dead socket, go on waiting for their
 * replies, and take those of the next connection for them.
 */
export class Gate {
  readonly #client: Pausable;
  readonly #resolver: () => Resolver;
  readonly #follower: Follower;
  #unfollow: () => void = () => {};
  #online: boolean;
  #held = false;
  #onLost: () => void = () => {};

  constructor(client: Pausable, role: 'master' | 'replica', resolver: () => Resolver) {
    this.#client = client;
    this.#resolver = resolver;
    this.#online = client.isReady;
    const go = (): void => this.#set(this.#online, false);
    const hold = (): void => this.#set(this.#online, true);
    this.#follower =
      // After a move the connection breaks, and what waits is for the next one.
      role === 'replica'
        ? { hold() {}, release() {}, move() {} }
        : { hold, release: go, move: () => setImmediate(go) };
    if (this.#online) this.#follow();
    client.on('connect', () => {
      this.#follow();
      // The handshake is written next.
      this.#set(true, false);
    });
    client.on('ready', () => this.#set(true, this.#held));
    client.on('error', () => {
      if (client.isReady) return;
      this.#leave();
      if (!client.isOpen) this.#onLost();
    });
    client.on('end', () => this.#leave());
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

  #follow(): void {
    this.#unfollow();
    const resolver = this.#resolver();
    if (resolver.topology.phase !== 'closed') this.#unfollow = resolver.follow(this.#follower);
  }

  #leave(): void {
    this.#unfollow();
    this.#set(false, false);
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
