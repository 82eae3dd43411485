import type { Socket } from 'node:net';
import { FollowingConnection, formatAddress, type NodeAddress, type Resolver } from '@switchmaster/core';

export interface SessionOptions {
  readonly role: 'master' | 'replica';
  readonly connectTimeoutMs: number;
}

/** What `Writable` hands over at once. */
export type Chunks = readonly { readonly chunk: unknown; readonly encoding: BufferEncoding }[];

/** We left a node on purpose, and another is there to go on with. */
export class LeftError extends Error {
  override readonly name: string = 'LeftError';
}

/**
 * One connection of a client: leads the socket that node-redis holds to the one that the resolver has opened, from the
 * wait for a master until either closes.
 */
export class Session {
  readonly #connection: FollowingConnection;
  readonly #outer: Socket;
  #inner: Socket | undefined;

  constructor(resolver: Resolver, outer: Socket, { role, connectTimeoutMs }: SessionOptions) {
    this.#outer = outer;
    this.#connection = new FollowingConnection(
      resolver,
      { role, timeoutMs: connectTimeoutMs },
      // To hold is up to the gate: what was given to this socket has been sent.
      { leave: (to) => this.#leave(to) },
    );
    // Our own deadline says why there is no connection.
    outer.setTimeout(0);
    outer.once('close', () => {
      this.#connection.close();
      this.#inner?.destroy();
    });
  }

  get isJoined(): boolean {
    return this.#inner !== undefined;
  }

  /** Never rejects: node-redis hears of a failure from its socket. */
  async open(): Promise<void> {
    try {
      this.#join(await this.#connection.open());
    } catch (error) {
      this.#outer.destroy(error as Error);
    }
  }

  read(): void {
    this.#inner?.resume();
  }

  write(chunks: Chunks, callback: () => void): void {
    const inner = this.#inner;
    if (inner && !writeAll(inner, chunks)) inner.once('drain', callback);
    else callback();
  }

  end(callback: () => void): void {
    if (this.#inner) this.#inner.end(callback);
    else callback();
  }

  #join(inner: Socket): void {
    const outer = this.#outer;
    if (outer.destroyed) return void inner.destroy();
    this.#inner = inner;
    let cause: Error | undefined;
    inner
      .on('data', (chunk) => void (outer.push(chunk) || inner.pause()))
      .on('timeout', () => outer.emit('timeout'))
      .on('error', (error) => (cause = error))
      .on('close', () => this.#lost(cause));
    if (isUnrefed(outer)) inner.unref();
    takeOver(outer, inner);
    Object.assign(outer, { connecting: false });
    outer.emit('connect');
    outer.emit('ready');
  }

  #lost(cause: Error | undefined): void {
    const { address } = this.#connection;
    if (this.#outer.destroyed || !address) return;
    this.#connection.suspect(cause);
    const message = `the connection to ${formatAddress(address)} was lost`;
    this.#outer.destroy(new Error(`${message}: ${unknownOutcome}`, { cause }));
  }

  #leave(to: NodeAddress | undefined): void {
    if (!this.#inner) return;
    const why = to ? `${formatAddress(to)} is the node to be on` : 'another node is to be read from';
    this.#outer.destroy(new LeftError(`${why}: ${unknownOutcome}`));
  }
}

const unknownOutcome = 'whether commands that were sent and not answered were run is unknown';

/** Commands come as many small texts; as one text they are sent in less time than they come. */
function writeAll(inner: Socket, chunks: Chunks): boolean {
  if (chunks.every(({ chunk }) => typeof chunk === 'string'))
    return inner.write(chunks.map(({ chunk }) => chunk).join(''));
  inner.cork();
  for (const { chunk, encoding } of chunks) inner.write(chunk as string | Uint8Array, encoding);
  inner.uncork();
  return !inner.writableNeedDrain;
}

const inners = new WeakMap<Socket, Socket>();

/** What node-redis and its tracing ask of a socket beside reading and writing is answered by the one that is connected. */
function takeOver(outer: Socket, inner: Socket): void {
  inners.set(outer, inner);
  Object.defineProperties(outer, ofInner);
}

const settings = ['setTimeout', 'setKeepAlive', 'setNoDelay', 'ref', 'unref'] as const;
const facts = ['remoteAddress', 'remotePort', 'remoteFamily', 'localAddress', 'localPort'] as const;

/** One for all sockets: closures for each would take kilobytes. */
const ofInner: PropertyDescriptorMap = {
  ...entriesOf(settings, (name) => ({
    value(this: Socket, ...args: unknown[]): Socket {
      const inner = inners.get(this);
      (inner?.[name] as ((...args: unknown[]) => unknown) | undefined)?.apply(inner, args);
      return this;
    },
  })),
  ...entriesOf(facts, (name) => ({
    get(this: Socket): unknown {
      return inners.get(this)?.[name];
    },
  })),
};

function entriesOf<Name extends string>(
  names: readonly Name[],
  describe: (name: Name) => PropertyDescriptor,
): PropertyDescriptorMap {
  return Object.fromEntries<PropertyDescriptor>(names.map((name) => [name, describe(name)]));
}

/** `client.unref()` reached the socket before it led anywhere. */
function isUnrefed(socket: Socket): boolean {
  const { _handle: handle } = socket as { readonly _handle?: { hasRef?(): boolean } | null };
  return handle?.hasRef?.() === false;
}
