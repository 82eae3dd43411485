import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Address } from './address.ts';
import { reset } from './reset.ts';

/**
 * What a proxy does with a connection.
 *
 * - `pass`: bytes go through.
 * - `blackhole`: connections stay open and no byte passes, as in a network partition. New ones are accepted and get
 *   no answer. When the mode is `pass` again, what was held back is delivered and everything goes on.
 * - `refuse`: connections are reset and new ones are refused.
 */
export type ProxyMode = 'pass' | 'blackhole' | 'refuse';

/** Delivers bytes in drips. */
export interface Throttle {
  /** How many bytes pass at once, in each direction of each connection. */
  readonly bytes: number;
  /** The pause between two drips, in milliseconds. Default: 10. */
  readonly everyMs?: number | undefined;
}

/** Where a proxy listens and where it leads. */
export interface TcpProxyOptions {
  /** The server behind the proxy. */
  readonly to: Address;
  /** The address to listen at. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** The port to listen at. Default: 0, which means any free one. */
  readonly port?: number | undefined;
  /** What to begin with. Default: `pass`. */
  readonly mode?: ProxyMode | undefined;
  /** Default: 0. See {@link TcpProxy.delayMs}. */
  readonly delayMs?: number | undefined;
  /** Default: no throttle. See {@link TcpProxy.throttle}. */
  readonly throttle?: Throttle | undefined;
}

/**
 * A TCP proxy with faults. Get one from {@link startProxy}.
 *
 * @example
 * ```ts
 * await using proxy = await startProxy({ to: { host: '127.0.0.1', port: 6379 } });
 * const client = new Redis(proxy.port, proxy.host);
 * await proxy.setMode('blackhole'); // the client hears nothing more
 * await proxy.setMode('pass'); // it gets what was held back
 * proxy.cut(); // it is disconnected once
 * ```
 */
export class TcpProxy implements AsyncDisposable {
  /** The server behind the proxy. It may be changed; open connections stay where they are. */
  to: Address;
  /** How late bytes arrive, in milliseconds, in each direction. It applies to bytes read from now on. */
  delayMs: number;
  /** Delivers bytes in drips, or not if it is undefined. */
  throttle: Throttle | undefined;

  readonly #links = new Set<Link>();
  readonly #server: Server;
  readonly #modeOf: ((source: string) => ProxyMode) | undefined;
  #mode: ProxyMode;
  #listening: Address = { host: '', port: 0 };

  /** Use {@link startProxy}. */
  constructor(options: TcpProxyOptions, modeOf?: (source: string) => ProxyMode) {
    this.to = options.to;
    this.delayMs = options.delayMs ?? 0;
    this.throttle = options.throttle;
    this.#mode = options.mode ?? 'pass';
    this.#modeOf = modeOf;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** The address to give to clients. */
  get host(): string {
    return this.#listening.host;
  }

  /** The port to give to clients. */
  get port(): number {
    return this.#listening.port;
  }

  /** What is done with connections; change it with {@link setMode}. */
  get mode(): ProxyMode {
    return this.#mode;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#links.size;
  }

  /** Listens at an address. {@link startProxy} does it. */
  async listen(address: Address): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ ...address, exclusive: true }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const bound = this.#server.address();
    if (bound !== null && typeof bound === 'object')
      this.#listening = { host: address.host, port: bound.port };
  }

  /** Changes what is done with connections, those that are open and new ones. */
  async setMode(mode: ProxyMode): Promise<void> {
    this.#mode = mode;
    await this.refresh();
  }

  /** Disconnects everybody once, with a reset. New connections are welcome. */
  cut(): void {
    for (const link of this.#links) link.destroy();
  }

  /**
   * Leaves those who are connected on a dead line, as when a firewall forgets a connection: it stays open, and no byte
   * passes any more, until one end gives it up. New connections are not affected.
   *
   * @param which By the address that a connection comes from. Default: all.
   */
  strand(which: (source: string) => boolean = () => true): void {
    for (const link of this.#links) if (which(link.source)) link.strand();
  }

  /** Applies the mode. It is asked anew for each connection where it depends on who connects. */
  async refresh(): Promise<void> {
    for (const link of this.#links) link.apply(this.modeOf(link.source));
    if (this.#mode === 'refuse') await this.#stopListening();
    else if (!this.#server.listening) await this.listen(this.#listening);
  }

  /** The mode for connections from `source`. */
  modeOf(source: string): ProxyMode {
    return this.#mode === 'pass' ? (this.#modeOf?.(source) ?? 'pass') : this.#mode;
  }

  /** Disconnects everybody and stops listening. */
  async close(): Promise<void> {
    this.cut();
    await this.#stopListening();
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(socket: Socket): void {
    const link = new Link(socket, this, () => this.#links.delete(link));
    this.#links.add(link);
    link.apply(this.modeOf(link.source));
  }

  #stopListening(): Promise<void> {
    if (!this.#server.listening) return Promise.resolve();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/**
 * Starts a proxy.
 *
 * @example
 * ```ts
 * const proxy = await startProxy({ to: { host: '127.0.0.1', port: 6379 }, delayMs: 50 });
 * ```
 */
export async function startProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const proxy = new TcpProxy(options);
  await proxy.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  if (proxy.mode === 'refuse') await proxy.refresh();
  return proxy;
}

/** One accepted connection and the one that it leads to, which is made when the first byte may pass. */
class Link {
  readonly source: string;
  readonly #client: Socket;
  readonly #proxy: TcpProxy;
  readonly #onGone: () => void;
  #upstream: Socket | undefined;
  #flows: Flow[] = [];
  #passing = false;
  #gone = false;
  #broken = false;
  #stranded = false;

  constructor(client: Socket, proxy: TcpProxy, onGone: () => void) {
    this.source = client.remoteAddress ?? '';
    this.#client = client;
    this.#proxy = proxy;
    this.#onGone = onGone;
    this.#watch(client);
  }

  apply(mode: ProxyMode): void {
    if (mode === 'refuse' || (mode === 'pass' && this.#broken)) return this.destroy();
    if (this.#stranded) return;
    this.#passing = mode === 'pass';
    if (this.#passing) this.#upstream ??= this.#dial();
    for (const flow of this.#flows) flow.setOpen(this.#passing);
  }

  strand(): void {
    this.#stranded = true;
    this.#passing = false;
    for (const flow of this.#flows) flow.stop();
    for (const socket of [this.#client, this.#upstream]) {
      // What is sent is swallowed, as by a network.
      socket?.removeAllListeners('data').resume();
      socket?.once('end', () => this.destroy());
    }
  }

  destroy(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const flow of this.#flows) flow.stop();
    reset(this.#client);
    if (this.#upstream) reset(this.#upstream);
    this.#onGone();
  }

  #dial(): Socket {
    const upstream = connect({ ...this.#proxy.to, allowHalfOpen: true, noDelay: true });
    this.#watch(upstream);
    this.#flows = [
      new Flow(this.#client, upstream, this.#proxy),
      new Flow(upstream, this.#client, this.#proxy),
    ];
    return upstream;
  }

  #watch(socket: Socket): void {
    // Nobody hears of a broken connection across a partition: the other end learns of it after the heal.
    const broken = (): void => {
      this.#broken = true;
      if (this.#passing || this.#stranded) this.destroy();
    };
    socket.on('error', broken);
    socket.on('close', () => {
      // A socket that has ended both ways closes while its last bytes may still be on their way to the other one.
      if (!socket.readableEnded || !socket.writableFinished) broken();
      else if (this.#flows.every((flow) => flow.done)) this.destroy();
    });
  }
}

/** How many chunks of at most 64 KiB may wait for their time before no more are read. */
const maxQueue = 64;

/** One direction of a link. */
class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #proxy: TcpProxy;
  // Null is the end of the stream.
  readonly #queue: { bytes: Buffer | null; dueMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #open = true;
  #done = false;

  constructor(from: Socket, to: Socket, proxy: TcpProxy) {
    this.#from = from;
    this.#to = to;
    this.#proxy = proxy;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => this.#take(null));
    to.on('drain', () => this.#pump());
  }

  /** True when the end of the stream was passed on. */
  get done(): boolean {
    return this.#done;
  }

  setOpen(open: boolean): void {
    this.#open = open;
    this.#pump();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
    this.#open = false;
  }

  #take(bytes: Buffer | null): void {
    this.#queue.push({ bytes, dueMs: performance.now() + this.#proxy.delayMs });
    this.#pump();
  }

  #pump(): void {
    if (!this.#timer) this.#deliverDue();
    this.#applyPressure();
  }

  #deliverDue(): void {
    while (this.#open && !this.#to.writableNeedDrain) {
      const [head] = this.#queue;
      if (!head) break;
      const waitMs = head.dueMs - performance.now();
      if (waitMs > 0) return this.#later(waitMs);
      this.#deliver(head);
      const { throttle } = this.#proxy;
      if (throttle) return this.#later(throttle.everyMs ?? 10);
    }
  }

  #deliver(head: { bytes: Buffer | null; dueMs: number }): void {
    const limit = this.#proxy.throttle?.bytes ?? Infinity;
    if (head.bytes && head.bytes.length > limit) {
      this.#to.write(head.bytes.subarray(0, limit));
      head.bytes = head.bytes.subarray(limit);
      return;
    }
    this.#queue.shift();
    if (head.bytes) this.#to.write(head.bytes);
    else {
      this.#done = true;
      this.#to.end();
    }
  }

  #later(waitMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, Math.ceil(waitMs));
  }

  /** Reads on only where bytes can go: the kernel's buffers fill up as they do on a real network. */
  #applyPressure(): void {
    const room = this.#queue.length < maxQueue && !this.#to.writableNeedDrain;
    if (this.#open && room) this.#from.resume();
    else this.#from.pause();
  }
}
