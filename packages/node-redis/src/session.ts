import type { Socket } from 'node:net';
import {
  addressKey,
  addressOf,
  formatAddress,
  sameAddress,
  type NodeAddress,
  type Resolver,
} from '@switchmaster/core';

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
  readonly #resolver: Resolver;
  readonly #options: SessionOptions;
  readonly #outer: Socket;
  readonly #cancel = new AbortController();
  #inner: Socket | undefined;
  #address: NodeAddress | undefined;
  /** Replicas that were healthy when this connection was made: where one of them failed us, it is not tried again. */
  #candidates: ReadonlySet<string> = new Set();

  constructor(resolver: Resolver, outer: Socket, options: SessionOptions) {
    this.#resolver = resolver;
    this.#options = options;
    this.#outer = outer;
    // Our own deadline says why there is no connection.
    outer.setTimeout(0);
    const unfollow =
      options.role === 'replica'
        ? resolver.on('topology', () => this.#pickAgain())
        : resolver.follow({ hold() {}, release() {}, move: (to) => this.#move(to) });
    outer.once('close', () => {
      unfollow();
      this.#cancel.abort();
      this.#inner?.destroy();
    });
  }

  get isJoined(): boolean {
    return this.#inner !== undefined;
  }

  /** Never rejects: node-redis hears of a failure from its socket. */
  async open(): Promise<void> {
    const { connectTimeoutMs } = this.#options;
    // With this reason the resolver's error says why there is no master.
    const late = (): void =>
      this.#cancel.abort(new DOMException('connectTimeout has passed', 'TimeoutError'));
    const timer = connectTimeoutMs > 0 ? setTimeout(late, connectTimeoutMs) : undefined;
    try {
      let inner = await this.#connect();
      while (!this.#isCurrent(inner)) {
        inner.destroy();
        inner = await this.#connect();
      }
      this.#join(inner);
    } catch (error) {
      this.#outer.destroy(error as Error);
    } finally {
      clearTimeout(timer);
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

  async #connect(): Promise<Socket> {
    const { signal } = this.#cancel;
    signal.throwIfAborted();
    return this.#resolver.connect({ role: this.#options.role, signal });
  }

  /** A move may have come between the resolver's answer and our reading it. */
  #isCurrent(socket: Socket): boolean {
    if (this.#outer.destroyed) return true;
    const isRight =
      this.#options.role === 'replica' || isSame(addressOf(socket), this.#resolver.topology.master);
    return isRight && !socket.destroyed;
  }

  #join(inner: Socket): void {
    const outer = this.#outer;
    if (outer.destroyed) return void inner.destroy();
    this.#inner = inner;
    this.#address = addressOf(inner);
    this.#candidates = new Set(this.#resolver.replicas().map(addressKey));
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
    if (this.#outer.destroyed || !this.#address) return;
    this.#resolver.suspect(this.#address, cause);
    const message = `the connection to ${formatAddress(this.#address)} was lost`;
    this.#outer.destroy(new Error(`${message}: ${unknownOutcome}`, { cause }));
  }

  #move(to: NodeAddress): void {
    if (this.#inner && !isSame(this.#address, to)) this.#leave(`${formatAddress(to)} is the master now`);
  }

  #pickAgain(): void {
    const healthy = this.#resolver.replicas();
    const onMaster = isSame(this.#address, this.#resolver.topology.master);
    const stay = healthy.some((replica) => isSame(this.#address, replica));
    const better = healthy.some((replica) => !this.#candidates.has(addressKey(replica)));
    if (this.#inner && !stay && (!onMaster || better)) this.#leave('another replica is to be read from');
  }

  #leave(why: string): void {
    this.#outer.destroy(new LeftError(`${why}: ${unknownOutcome}`));
  }
}

const unknownOutcome = 'whether commands that were sent and not answered were run is unknown';

function isSame(a: NodeAddress | undefined, b: NodeAddress | undefined): boolean {
  return a !== undefined && b !== undefined && sameAddress(a, b);
}

/** Commands come as many small texts; as one text they are sent in less time than they come. */
function writeAll(inner: Socket, chunks: Chunks): boolean {
  if (chunks.every(({ chunk }) => typeof chunk === 'string'))
    return inner.write(chunks.map(({ chunk }) => chunk).join(''));
  inner.cork();
  for (const { chunk, encoding } of chunks) inner.write(chunk as string | Uint8Array, encoding);
  inner.uncork();
  return !inner.writableNeedDrain;
}

/** What node-redis and its tracing ask of a socket beside reading and writing is answered by the one that is connected. */
function takeOver(outer: Socket, inner: Socket): void {
  for (const name of ['setTimeout', 'setKeepAlive', 'setNoDelay', 'ref', 'unref'] as const) {
    const method = inner[name] as (...args: unknown[]) => unknown;
    Object.defineProperty(outer, name, {
      value: (...args: unknown[]) => {
        method.apply(inner, args);
        return outer;
      },
    });
  }
  for (const name of ['remoteAddress', 'remotePort', 'remoteFamily', 'localAddress', 'localPort'] as const) {
    Object.defineProperty(outer, name, { get: () => inner[name] });
  }
}

/** `client.unref()` reached the socket before it led anywhere. */
function isUnrefed(socket: Socket): boolean {
  const { _handle: handle } = socket as { readonly _handle?: { hasRef?(): boolean } | null };
  return handle?.hasRef?.() === false;
}
