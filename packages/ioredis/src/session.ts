import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  FollowingConnection,
  type ConnectionOwner,
  type NodeAddress,
  type Resolver,
} from '@switchmaster/core';
import { batchWrites } from './batch.ts';

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

const lastingMs = 1000;

/** One connection of a client, from the wait for a master until its stream closes. */
export class Session implements ConnectionOwner {
  readonly #connection: FollowingConnection;
  readonly #client: SessionOptions['client'];
  /** Only while it waits: there may be many that are open. */
  #pause: AbortController | undefined;
  #socket: Socket | undefined;
  #readyAt: number | undefined;
  #left = false;
  #atOnce = false;
  #over = false;

  constructor(resolver: Resolver, { role, client }: SessionOptions) {
    this.#client = client;
    this.#connection = new FollowingConnection(resolver, { role, timeoutMs: client.connectTimeout }, this);
  }

  get address(): NodeAddress | undefined {
    return this.#connection.address;
  }

  /** Whether it ended because we, or the user, wanted it to. */
  get left(): boolean {
    return this.#left;
  }

  /** Whether the next connection is wanted at once. */
  get atOnce(): boolean {
    return this.#atOnce;
  }

  /** Whether it was in use for a while: a node that accepts and drops is dialled ever more slowly. */
  get lasted(): boolean {
    return this.#readyAt !== undefined && performance.now() - this.#readyAt > lastingMs;
  }

  /** Whether the stream has closed, or there will be none. */
  get over(): boolean {
    return this.#over;
  }

  /** A stream to a node of the right role, after `delayMs` or as soon as there is news of a master. */
  async open(delayMs: number): Promise<Socket> {
    if (delayMs > 0) await this.#wait(delayMs);
    const socket = await this.#connection.open();
    if (this.#client.tls && !('encrypted' in socket)) {
      socket.destroy();
      throw new Error(
        'the client has the option `tls`, but the resolver connects without: set its `node.tls`',
      );
    }
    return (this.#socket = batchWrites(socket));
  }

  /** ioredis has finished its handshake. */
  becameReady(): void {
    this.#readyAt = performance.now();
  }

  hurry(): void {
    this.#atOnce = true;
  }

  suspect(error: Error | undefined): void {
    this.#connection.suspect(error);
  }

  /** As ioredis does it: finish what is under way, and destroy what will not close. */
  end(): void {
    this.#left = true;
    this.#pause?.abort();
    this.#connection.cancel();
    const socket = this.#socket;
    if (!socket || socket.destroyed || socket.writableEnded) return;
    // To end a corked stream would put what was held on the wire.
    if (this.#connection.isHeld) return void socket.destroy();
    const timer = setTimeout(() => socket.destroy(), this.#client.disconnectTimeout ?? 0);
    socket.once('close', () => clearTimeout(timer)).end();
  }

  close(): void {
    this.#over = true;
    this.#connection.close();
    if (!this.#left) this.suspect(this.#socket?.errored ?? undefined);
  }

  hold(): void {
    const socket = this.#socket;
    if (!socket) return;
    // A handshake that is held would run into `commandTimeout`, and that rejects every queued command.
    if (!this.#isReady) this.leave();
    // ioredis drops what was written and not answered: let it queue commands instead of writing them.
    else if (this.#queuesOffline) Object.defineProperty(socket, 'writable', { value: false });
    else socket.cork();
  }

  release(): void {
    if (!this.#socket) return;
    if (!this.#queuesOffline) return this.#socket.uncork();
    // Only a new connection makes ioredis send what it has queued.
    this.#atOnce = true;
    this.end();
  }

  leave(): void {
    this.#pause?.abort();
    if (!this.#socket) return;
    this.#left = true;
    this.#atOnce = true;
    this.#socket.destroy();
  }

  async #wait(delayMs: number): Promise<void> {
    this.#pause = new AbortController();
    await sleep(delayMs, undefined, { signal: this.#pause.signal }).catch(() => {});
    this.#pause = undefined;
  }

  /** Without a ready check, ioredis says nothing of its handshake. */
  get #isReady(): boolean {
    return this.#client.enableReadyCheck === false || this.#readyAt !== undefined;
  }

  get #queuesOffline(): boolean {
    return this.#client.autoResendUnfulfilledCommands === false;
  }
}
