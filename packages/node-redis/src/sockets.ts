import type { Socket } from 'node:net';
import type { DuplexOptions } from 'node:stream';
import type { ResolverLease } from '@switchmaster/core';
import { LeftError, Session } from './session.ts';

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
type NetOptions = Pick<DuplexOptions, 'construct' | 'read' | 'write' | 'writev' | 'final'> & {
  readonly host: string;
  readonly lookup: () => void;
  readonly reconnectStrategy: ReconnectStrategy;
};

/**
 * The sockets of one client, or of the clients of a pool. node-redis makes them, and every one is given the resolver's
 * connection in place of one of its own.
 */
export class Sockets {
  /** Whether a {@link Gate} keeps the client from writing to a socket that broke. */
  isGated = true;
  readonly #lease: ResolverLease;
  readonly #role: 'master' | 'replica';
  readonly #open = new Map<Socket, Session>();
  #broken = 0;

  constructor(lease: ResolverLease, role: 'master' | 'replica') {
    this.#lease = lease;
    this.#role = role;
  }

  /** The client's option `socket`. */
  options(user: SocketOptions = {}): SocketOptions & NetOptions {
    const sockets = this.#open;
    const begin = (socket: Socket): void => this.#begin(socket, user.connectTimeout ?? 5000);
    return {
      ...user,
      reconnectStrategy: afterMove(user.reconnectStrategy ?? ((retries) => Math.min(retries * 50, 500))),
      // For node-redis' tracing. It is never answered, so that the socket itself dials nobody.
      host: `sentinel:${this.#lease.resolver.name}`,
      lookup() {},
      construct(done) {
        done();
        begin(this as Socket);
      },
      read() {
        sockets.get(this as Socket)?.read();
      },
      write(chunk, encoding, callback) {
        sockets.get(this as Socket)?.write([{ chunk, encoding }], callback);
      },
      writev(chunks, callback) {
        sockets.get(this as Socket)?.write(chunks, callback);
      },
      final(callback) {
        sockets.get(this as Socket)?.end(callback);
      },
    };
  }

  /** node-redis forgets a socket that is still connecting. */
  destroy(): void {
    for (const socket of this.#open.keys()) socket.destroy(new Error('the client was closed'));
  }

  #begin(socket: Socket, connectTimeoutMs: number): void {
    const resolver = this.#lease.acquire(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#lease.release(socket);
    });
    try {
      if (this.#broken > 0) return this.#failOnce(socket);
      const session = new Session(resolver, socket, { role: this.#role, connectTimeoutMs });
      this.#open.set(socket, session);
      socket.once('error', () => {
        if (session.isJoined && !this.isGated) this.#broken++;
      });
      void session.open();
    } catch (error) {
      socket.destroy(error as Error);
    }
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

/** A move is no failure: the next connection is wanted at once. */
function afterMove(strategy: false | number | ReconnectStrategy): ReconnectStrategy {
  const next = typeof strategy === 'function' ? strategy : (): false | number => strategy;
  return (retries, cause) => (cause instanceof LeftError ? 0 : next(retries, cause));
}
