import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { formatAddress } from './address.ts';
import { encodeCommand, type Reply, ReplyError, RespParser, toList, toText } from './resp.ts';

/** How to reach a server and who to be there. */
export interface RedisClientOptions {
  readonly host: string;
  readonly port: number;
  /** The ACL user. Default: `default`. */
  readonly username?: string | undefined;
  /** Default: none, and no `AUTH` is sent. */
  readonly password?: string | undefined;
  /** PEM of the authority to trust. Default: none, and the connection is not encrypted. */
  readonly ca?: string | undefined;
  /** PEM of what is shown to a server that asks for a certificate. Default: none. */
  readonly cert?: string | undefined;
  /** PEM of its key. */
  readonly key?: string | undefined;
  /** Takes whatever certificate the server shows. Default: `false`. */
  readonly anyCertificate?: boolean | undefined;
  /** Time for connecting and for each reply, in milliseconds; 0 means no limit. Default: 10000. */
  readonly timeoutMs?: number | undefined;
  /** Called with each message of a subscription. */
  readonly onMessage?: ((channel: string, payload: string) => void) | undefined;
  /** Called once, when the connection is gone for whatever reason. */
  readonly onClose?: (() => void) | undefined;
}

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** A machine that stands still for a while is no reason to fail. */
const patienceMs = 10_000;

const messageKinds = new Set(['message', 'pmessage']);

/**
 * The smallest useful client of a Redis node or a sentinel: one connection, RESP2, no reconnecting, no queue while
 * it connects. For what a test wants to know of a server; not for production.
 *
 * @example
 * ```ts
 * const client = await connectRedis({ host: '127.0.0.1', port: 6379 });
 * await client.command('SET', 'key', 'value');
 * client.close();
 * ```
 */
export class RedisClient implements Disposable {
  readonly #socket: Socket;
  readonly #options: RedisClientOptions;
  readonly #parser = new RespParser();
  readonly #pending: Pending[] = [];
  #failure: Error | undefined;

  /** Use {@link connectRedis}. */
  constructor(socket: Socket, options: RedisClientOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      this.#fail(new Error(`${formatAddress(this.#options)} closed the connection`));
      this.#options.onClose?.();
    });
  }

  /** False once the connection is gone. */
  get open(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Sends one command. Rejects with a {@link ReplyError} for an error reply, and with another error when the
   * connection breaks or the reply is overdue; the connection is closed then.
   */
  command(...args: readonly (string | number)[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      const { timeoutMs = patienceMs } = this.#options;
      const overdue = (): void =>
        this.#fail(
          new Error(`${formatAddress(this.#options)} gave no reply to ${args[0]} within ${timeoutMs} ms`),
        );
      const timer = timeoutMs > 0 ? setTimeout(overdue, timeoutMs) : undefined;
      this.#pending.push({ resolve, reject, timer });
      this.#socket.write(encodeCommand(args));
    });
  }

  /** Closes the connection at once. */
  close(): void {
    this.#fail(new Error('The client was closed'));
  }

  /** The same as {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  #read(bytes: Buffer): void {
    for (const { push, value } of this.#parser.push(bytes)) {
      const items = toList(value);
      if (messageKinds.has(toText(items[0]))) {
        this.#options.onMessage?.(toText(items.at(-2)), toText(items.at(-1)));
      } else if (!push) {
        this.#settle(value);
      }
    }
  }

  #settle(value: Reply): void {
    const pending = this.#pending.shift();
    if (!pending) return;
    clearTimeout(pending.timer);
    if (value instanceof ReplyError) pending.reject(value);
    else pending.resolve(value);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const { reject, timer } of this.#pending.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  }
}

/**
 * Connects and authenticates.
 *
 * @example
 * ```ts
 * using client = await connectRedis({ host: '127.0.0.1', port: 26379, timeoutMs: 500 });
 * await client.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster');
 * ```
 */
export async function connectRedis(options: RedisClientOptions): Promise<RedisClient> {
  const client = new RedisClient(await dial(options), options);
  const { username, password } = options;
  try {
    if (password !== undefined) {
      await client.command('AUTH', ...(username === undefined ? [] : [username]), password);
    }
  } catch (error) {
    client.close();
    throw error;
  }
  return client;
}

function dial(options: RedisClientOptions): Promise<Socket> {
  const { host, port, ca, cert, key, anyCertificate = false, timeoutMs = patienceMs } = options;
  // The certificate is checked against the authority only: nodes are told apart by their ports, not by their names.
  const socket = ca
    ? connectTls({
        ...{ host, port, ca, cert, key },
        rejectUnauthorized: !anyCertificate,
        checkServerIdentity: () => undefined,
      })
    : connectTcp({ host, port });
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const overdue = (): void =>
      fail(new Error(`${formatAddress(options)} did not accept within ${timeoutMs} ms`));
    const timer = timeoutMs > 0 ? setTimeout(overdue, timeoutMs) : undefined;
    socket.once('error', fail);
    socket.once(ca ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
