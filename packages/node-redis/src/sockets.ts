import type { Socket } from 'node:net';
import type { DuplexOptions } from 'node:stream';
import type { FollowingConnectionOptions, ResolverLease } from '@switchmaster/core';
import { LeftError, Session, type SessionOwner } from './session.ts';
import type { FollowingSocket } from './socket.ts';

/** What may be said about connections; where they lead, the resolver knows. */
export interface SocketOptions {
  /** How long a connection may take in milliseconds, the wait for a master included. Default: 5000. */
  readonly connectTimeout?: number | undefined;
  /** Ends a connection that was silent for this long, in milliseconds. Default: never. */
  readonly socketTimeout?: number | undefined;
  /** Asked when a connection failed, never at a move. Default: 50 ms more at each attempt, up to 500 ms. */
  readonly reconnectStrategy?: false | number | ReconnectStrategy | undefined;
}

export type ReconnectStrategy = (retries: number, cause: Error) => false | Error | number;

/** What node-redis passes on to `net.createConnection()`, and that to the stream. */
type NetOptions = Pick<DuplexOptions, 'construct'> & {
  readonly host: string;
  readonly lookup: () => void;
  readonly reconnectStrategy: ReconnectStrategy;
};

/**
 * The sockets of one client, or of the clients of a pool. node-redis makes them, and every one is given the resolver's
 * connection in place of one of its own.
 */
export class Sockets implements SessionOwner {
  /** Whether a {@link Gate} keeps the client from writing to a socket that broke. */
  isGated = true;
  readonly connection: FollowingConnectionOptions;
  readonly #lease: ResolverLease;
  /** Of a client there is one, and an array of one takes less memory than a set. */
  #open: readonly FollowingSocket[] = [];
  #broken = 0;

  constructor(lease: ResolverLease, connection: FollowingConnectionOptions) {
    this.#lease = lease;
    this.connection = connection;
  }

  /** The client's option `socket`. */
  options(user: SocketOptions): SocketOptions & NetOptions {
    const { reconnectStrategy } = user;
    return {
      ...user,
      reconnectStrategy: reconnectStrategy === undefined ? usual : afterMove(reconnectStrategy),
      // For node-redis' tracing. It is never answered, so that the socket itself dials nobody.
      host: `sentinel:${this.#lease.resolver.name}`,
      lookup: unanswered,
      construct: beginningIn(this),
    };
  }

  begin(socket: Socket): void {
    if (socket.destroyed) return;
    if (this.#broken > 0) return this.#failOnce(socket);
    const session = new Session(this.#lease.acquire(socket), socket, this);
    this.#open = this.#open.concat(session.outer);
    void session.open();
  }

  closed(socket: FollowingSocket, error: Error | undefined): void {
    this.#open = this.#open.filter((open) => open !== socket);
    this.#lease.release(socket);
    if (error && socket.session.inner && !this.isGated) this.#broken++;
  }

  /** node-redis forgets a socket that is still connecting. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy(new Error('the client was closed'));
  }

  /** An attempt that fails makes node-redis reject what it gave to the broken socket, before other replies come. */
  #failOnce(socket: Socket): void {
    this.#broken--;
    setTimeout(
      () => socket.destroy(new LeftError('commands that were given to a broken connection are rejected')),
      1,
    );
  }
}

function unanswered(): void {}

function beginningIn(sockets: Sockets): DuplexOptions['construct'] {
  return function construct(done) {
    sockets.begin(this as Socket);
    done();
  };
}

function growing(retries: number): number {
  return Math.min(retries * 50, 500);
}

const usual = afterMove(growing);

/** A move is no failure: the next connection is wanted at once. */
function afterMove(strategy: false | number | ReconnectStrategy): ReconnectStrategy {
  const next = typeof strategy === 'function' ? strategy : (): false | number => strategy;
  return (retries, cause) => (cause instanceof LeftError ? 0 : next(retries, cause));
}
