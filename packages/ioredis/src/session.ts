import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressOf, sameAddress, type Follower, type NodeAddress, type Resolver } from '@switchmaster/core';

export interface SessionOptions {
  readonly role: 'master' | 'replica';
  /** ioredis' own options, read when they matter: users may change them. */
  readonly client: {
    readonly tls?: unknown;
    readonly connectTimeout?: number | undefined;
    readonly disconnectTimeout?: number | undefined;
    readonly enableReadyCheck?: boolean | undefined;
    readonly autoResendUnfulfilledCommands?: boolean | undefined;
  };
}

/** How often a client that reads from the master, for want of a replica, looks for one. */
const lookForReplicaMs = 5000;

/** One connection of a client, from the wait for a master until its stream closes. */
export class Session {
  readonly #resolver: Resolver;
  readonly #options: SessionOptions;
  readonly #cancel = new AbortController();
  readonly #news = new AbortController();
  #unfollow: () => void = () => {};
  #socket: Socket | undefined;
  #address: NodeAddress | undefined;
  #error: Error | undefined;
  #ready: boolean;
  #held = false;
  #left = false;
  #atOnce = false;
  #over = false;

  constructor(resolver: Resolver, options: SessionOptions) {
    this.#resolver = resolver;
    this.#options = options;
    this.#ready = options.client.enableReadyCheck === false;
  }

  get address(): NodeAddress | undefined {
    return this.#address;
  }

  /** Whether it ended because we, or the user, wanted it to. */
  get left(): boolean {
    return this.#left;
  }

  /** Whether the next connection is wanted at once. */
  get atOnce(): boolean {
    return this.#atOnce;
  }

  /** Whether the stream has closed, or there will be none. */
  get over(): boolean {
    return this.#over;
  }

  /** A stream to a node of the right role, after `delayMs` or as soon as there is news of a master. */
  async open(delayMs: number): Promise<Socket> {
    this.#unfollow = this.#follow();
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: this.#news.signal }).catch(() => {});
    const { connectTimeout } = this.#options.client;
    // With this reason the resolver's error says why there is no master.
    const late = (): void =>
      this.#cancel.abort(new DOMException('connectTimeout has passed', 'TimeoutError'));
    const timer = connectTimeout ? setTimeout(late, connectTimeout) : undefined;
    try {
      for (;;) {
        const socket = await this.#connect();
        if (this.#isCurrent(socket)) return this.#take(socket);
        socket.destroy();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** ioredis has finished its handshake. */
  becameReady(): void {
    this.#ready = true;
  }

  hurry(): void {
    this.#atOnce = true;
  }

  suspect(error: Error | undefined): void {
    if (this.#address) this.#resolver.suspect(this.#address, error);
  }

  /** As ioredis does it: finish what is under way, and destroy what will not close. */
  end(): void {
    this.#left = true;
    this.#news.abort();
    this.#cancel.abort();
    const socket = this.#socket;
    if (!socket || socket.destroyed || socket.writableEnded) return;
    // To end a corked stream would put what was held on the wire.
    if (this.#held) return void socket.destroy();
    const timer = setTimeout(() => socket.destroy(), this.#options.client.disconnectTimeout ?? 0);
    socket.once('close', () => clearTimeout(timer)).end();
  }

  close(): void {
    this.#over = true;
    this.#cancel.abort();
    this.#unfollow();
    if (!this.#left) this.suspect(this.#error);
  }

  #follow(): () => void {
    // It would throw, and the error is to come after the delay.
    if (this.#resolver.topology.phase === 'closed') return () => {};
    if (this.#options.role === 'replica') return this.#followReplicas();
    const follower: Follower = {
      hold: () => this.#hold(),
      release: () => this.#release(),
      move: (to) => this.#move(to),
    };
    return this.#resolver.follow(follower);
  }

  async #connect(): Promise<Socket> {
    this.#cancel.signal.throwIfAborted();
    const { role, client } = this.#options;
    const socket = await this.#resolver.connect({ role, signal: this.#cancel.signal });
    if (!client.tls || 'encrypted' in socket) return socket;
    socket.destroy();
    throw new Error('the client has the option `tls`, but the resolver connects without: set its `node.tls`');
  }

  /** A hold or a move may have come between the resolver's answer and our reading it. */
  #isCurrent(socket: Socket): boolean {
    const { master } = this.#resolver.topology;
    const address = addressOf(socket);
    return !this.#held && !socket.destroyed && (this.#options.role === 'replica' || isSame(address, master));
  }

  #take(socket: Socket): Socket {
    this.#socket = socket;
    this.#address = addressOf(socket);
    socket.once('error', (error) => {
      this.#error = error;
    });
    return socket;
  }

  #hold(): void {
    this.#held = true;
    const socket = this.#socket;
    if (!socket) return;
    // A handshake that is held would run into `commandTimeout`, and that rejects every queued command.
    if (!this.#ready) this.#leave();
    // ioredis drops what was written and not answered: let it queue commands instead of writing them.
    else if (this.#queuesOffline) Object.defineProperty(socket, 'writable', { value: false });
    else socket.cork();
  }

  #release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (!this.#socket) return;
    if (!this.#queuesOffline) return this.#socket.uncork();
    // Only a new connection makes ioredis send what it has queued.
    this.#atOnce = true;
    this.end();
  }

  #move(to: NodeAddress): void {
    this.#news.abort();
    if (this.#socket && isSame(this.#address, to)) return this.#release();
    this.#held = false;
    this.#leave();
  }

  #followReplicas(): () => void {
    const unlisten = this.#resolver.on('topology', () => {
      const usable = [this.#resolver.topology.master, ...this.#resolver.replicas()];
      if (!usable.some((node) => isSame(this.#address, node))) this.#leave();
    });
    const timer = setInterval(() => void this.#lookForReplica(), lookForReplicaMs).unref();
    return () => {
      unlisten();
      clearInterval(timer);
    };
  }

  /** What the sentinels take for healthy may be out of our reach: it is tried before the master is left. */
  async #lookForReplica(): Promise<void> {
    const isMaster = (address: NodeAddress | undefined): boolean =>
      isSame(address, this.#resolver.topology.master);
    if (!isMaster(this.#address) || this.#resolver.replicas().length === 0) return;
    const found = await this.#connect().catch(() => undefined);
    found?.destroy();
    if (found && !isMaster(addressOf(found)) && !this.#over) this.#leave();
  }

  #leave(): void {
    if (!this.#socket) return;
    this.#left = true;
    this.#atOnce = true;
    this.#socket.destroy();
  }

  get #queuesOffline(): boolean {
    return this.#options.client.autoResendUnfulfilledCommands === false;
  }
}

export function isSame(a: NodeAddress | undefined, b: NodeAddress | undefined): boolean {
  return a !== undefined && b !== undefined && sameAddress(a, b);
}
