import type { Socket } from 'node:net';
import {
  FollowingConnection,
  formatAddress,
  type FollowingConnectionOptions,
  type NodeAddress,
  type Resolver,
} from '@switchmaster/core';
import { lead, type FollowingSocket } from './socket.ts';

/** What the sessions of a client have in common. */
export interface SessionOwner {
  readonly connection: FollowingConnectionOptions;
  closed(socket: FollowingSocket, error: Error | undefined): void;
}

/** We left a node on purpose, and another is there to go on with. */
export class LeftError extends Error {
  override readonly name: string = 'LeftError';
}

/**
 * One connection of a client: leads the socket that node-redis holds to the one that the resolver has opened, from the
 * wait for a master until either closes.
 */
export class Session {
  /** The one that the resolver has opened. */
  inner: Socket | undefined;
  /** The one that node-redis holds. */
  readonly outer: FollowingSocket;
  readonly #owner: SessionOwner;
  readonly #connection: FollowingConnection;
  #text = '';

  constructor(resolver: Resolver, socket: Socket, owner: SessionOwner) {
    // Our own deadline says why there is no connection.
    socket.setTimeout(0);
    this.outer = lead(socket, this);
    this.#owner = owner;
    // To hold is up to the gate: what was given to this socket has been sent.
    this.#connection = new FollowingConnection(resolver, owner.connection, this);
  }

  /** Never rejects: node-redis hears of a failure from its socket. */
  async open(): Promise<void> {
    try {
      this.#join(await this.#connection.open());
    } catch (error) {
      this.outer.destroy(error as Error);
    }
  }

  /** Commands come as many small texts; as one text they are sent in less time than they come. */
  write(chunk: string | Uint8Array): boolean {
    const { inner } = this;
    if (!inner) return false;
    if (typeof chunk !== 'string' || inner.writableCorked === 0) {
      this.#flush();
      return inner.write(chunk);
    }
    this.#text += chunk;
    return !this.needsDrain;
  }

  uncork(): void {
    this.#flush();
    this.inner?.uncork();
  }

  get needsDrain(): boolean {
    const { inner } = this;
    return (
      inner !== undefined && (this.#text.length >= inner.writableHighWaterMark || inner.writableNeedDrain)
    );
  }

  leave(to: NodeAddress | undefined): void {
    if (!this.inner) return;
    const why = to ? `${formatAddress(to)} is the node to be on` : 'another node is to be read from';
    this.outer.destroy(new LeftError(`${why}: ${unknownOutcome}`));
  }

  lost(): void {
    const { address } = this.#connection;
    if (this.outer.destroyed || !address) return;
    const cause = this.inner?.errored ?? undefined;
    this.#connection.suspect(cause);
    const message = `the connection to ${formatAddress(address)} was lost`;
    this.outer.destroy(new Error(`${message}: ${unknownOutcome}`, { cause }));
  }

  close(error: Error | undefined): void {
    this.#connection.close();
    this.inner?.destroy();
    this.#owner.closed(this.outer, error);
  }

  #flush(): void {
    if (this.#text === '') return;
    this.inner?.write(this.#text);
    this.#text = '';
  }

  #join(inner: Socket): void {
    const { outer } = this;
    if (outer.destroyed) return void inner.destroy();
    this.inner = inner;
    Object.assign(inner, { [led]: this });
    for (const [event, relay] of Object.entries(relays)) inner.on(event, relay);
    if (isUnrefed(outer)) inner.unref();
    Object.assign(outer, { connecting: false });
    outer.emit('connect');
    outer.emit('ready');
  }
}

const unknownOutcome = 'whether commands that were sent and not answered were run is unknown';

const led: unique symbol = Symbol('switchmaster.session');

interface Inner extends Socket {
  readonly [led]: Session;
}

/** Called on the inner socket: one set for all. */
const relays = {
  data(this: Inner, chunk: Buffer): void {
    this[led].outer.emit('data', chunk);
  },
  drain(this: Inner): void {
    this[led].outer.emit('drain');
  },
  timeout(this: Inner): void {
    this[led].outer.emit('timeout');
  },
  close(this: Inner): void {
    this[led].lost();
  },
};

/** `client.unref()` reached the socket before it led anywhere. */
function isUnrefed(socket: object): boolean {
  const { _handle: handle } = socket as { readonly _handle?: { hasRef?(): boolean } | null };
  return handle?.hasRef?.() === false;
}
