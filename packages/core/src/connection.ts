import type { Socket } from 'node:net';
import { deadline, now } from './clock.ts';
import { dial, nameOf, type Credentials, type Endpoint } from './dial.ts';
import { SwitchmasterError } from './errors.ts';
import { Decoder, type Sink } from './resp/decoder.ts';
import { encodePipeline } from './resp/encoder.ts';
import { ReplyError, type Push, type Reply } from './resp/reply.ts';

type Command = readonly (string | number)[];

interface Waiting {
  readonly expected: number;
  /** One command with several confirmations: an error is its only reply. */
  readonly errorEnds: boolean;
  readonly replies: Reply[];
  readonly inTime: () => void;
  resolve(replies: Reply[]): void;
  reject(error: Error): void;
}

/** One socket that speaks RESP: commands in, replies and pushes out, a deadline on every command. */
export class Connection {
  /** When the last byte came. */
  lastByteAt: number = now();
  readonly #endpoint: Endpoint;
  readonly #socket: Socket;
  readonly #decoder: Decoder;
  readonly #signal: AbortSignal;
  readonly #waiting: Waiting[] = [];
  #heard = false;
  #closedBy: Error | undefined;
  #onClose: (error: Error) => void = () => {};
  #onPush: ((push: Push) => void) | undefined;

  /** Dials within the endpoint's connect timeout. `signal` ends the connection at any time. */
  static async open(endpoint: Endpoint, signal: AbortSignal): Promise<Connection> {
    return new Connection(endpoint, await dial(endpoint, signal), signal);
  }

  private constructor(endpoint: Endpoint, socket: Socket, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#socket = socket;
    const sink: Sink = { reply: (reply) => this.#settle(reply), push: (push) => this.#onPush?.(push) };
    this.#decoder = new Decoder(sink);
    this.#signal = signal;
    signal.addEventListener('abort', this.#aborted);
    if (signal.aborted) this.destroy();
    socket.on('data', this.#read).on('close', this.#closed).on('error', this.#failed);
  }

  /** One command. An error reply is thrown, as it came. */
  async request(...args: Command): Promise<Reply> {
    const [reply] = await this.requestAll([args]);
    if (reply instanceof ReplyError) throw reply;
    return reply ?? null;
  }

  /** Several commands in one write. An error reply is a value here. */
  requestAll(commands: readonly Command[]): Promise<Reply[]> {
    return this.#send(commands, commands.length, false);
  }

  /** `SUBSCRIBE`; resolves when every channel is confirmed. From here on messages go to `onMessage`. */
  async subscribe(
    channels: readonly string[],
    onMessage: (channel: string, payload: string) => void,
  ): Promise<void> {
    this.#onPush = ({ kind, items: [channel, payload] }) => {
      if (kind === 'subscribe') this.#settle('OK');
      if (kind === 'message' && typeof channel === 'string' && typeof payload === 'string') {
        onMessage(channel, payload);
      }
    };
    const replies = await this.#send([['SUBSCRIBE', ...channels]], channels.length, true);
    const refusal = replies.find((reply) => reply instanceof ReplyError);
    if (refusal) throw notLetIn(this.#endpoint, refusal);
  }

  /** `AUTH`, if there is anything to authenticate with. */
  async authenticate({ username, password }: Credentials): Promise<void> {
    if (password === undefined) return;
    const user = username === undefined ? [] : [username];
    const [reply] = await this.requestAll([['AUTH', ...user, password]]);
    if (reply instanceof ReplyError) throw notLetIn(this.#endpoint, reply);
  }

  /** Calls `listener` once, when the connection is gone for whatever reason; at once if it is. */
  onClose(listener: (error: Error) => void): void {
    this.#onClose = listener;
    if (this.#closedBy) listener(this.#closedBy);
  }

  /** Hands the socket over, as fresh as it can be: no listener of ours, no reply under way. */
  detach(): Socket {
    const socket = this.#socket;
    this.#signal.removeEventListener('abort', this.#aborted);
    socket.off('data', this.#read).off('close', this.#closed).off('error', this.#failed);
    socket.ref();
    this.#closedBy = new SwitchmasterError('CLOSED', `${nameOf(this.#endpoint)}: the socket was handed over`);
    return socket;
  }

  destroy(error?: Error): void {
    this.#finish(error ?? new SwitchmasterError('CLOSED', `${nameOf(this.#endpoint)}: connection closed`));
    this.#socket.destroy();
  }

  #send(commands: readonly Command[], expected: number, errorEnds: boolean): Promise<Reply[]> {
    if (this.#closedBy) return Promise.reject(this.#closedBy);
    return new Promise((resolve, reject) => {
      const { commandTimeoutMs } = this.#endpoint;
      const inTime = deadline(commandTimeoutMs, () => {
        const what = commands.map(commandName).join(', ');
        const message = `${nameOf(this.#endpoint)} did not answer ${what} within ${commandTimeoutMs} ms`;
        this.destroy(new SwitchmasterError('TIMED_OUT', message));
      });
      this.#waiting.push({ expected, errorEnds, replies: [], inTime, resolve, reject });
      this.#socket.write(encodePipeline(commands));
    });
  }

  readonly #read = (chunk: Buffer): void => {
    this.lastByteAt = now();
    this.#heard = true;
    try {
      this.#decoder.write(chunk);
    } catch (cause) {
      const message = `${nameOf(this.#endpoint)} does not speak the Redis protocol: ${(cause as Error).message}`;
      this.destroy(new SwitchmasterError('PROTOCOL_ERROR', message, { cause }));
    }
  };

  readonly #aborted = (): void => this.destroy();
  readonly #failed = (cause: Error): void => this.#finish(this.#lost(cause.message, cause));
  readonly #closed = (): void => this.#finish(this.#lost('the peer closed the connection'));

  #lost(why: string, cause?: Error): SwitchmasterError {
    const { kind, tls } = this.#endpoint;
    const hint = !this.#heard && !tls ? ` (if it expects TLS, set \`${kind}.tls\`)` : '';
    const code = kind === 'sentinel' ? 'SENTINELS_UNREACHABLE' : 'MASTER_UNREACHABLE';
    return new SwitchmasterError(code, `${nameOf(this.#endpoint)} was lost: ${why}${hint}`, { cause });
  }

  #settle(reply: Reply): void {
    if (this.#onPush && isMessage(reply)) return this.#onPush({ kind: reply[0], items: reply.slice(1) });
    const first = this.#waiting[0];
    if (first === undefined) throw new Error('a reply came that nobody asked for');
    first.replies.push(reply);
    const ended = first.errorEnds && reply instanceof ReplyError;
    if (first.replies.length < first.expected && !ended) return;
    this.#waiting.shift();
    first.inTime();
    first.resolve(first.replies);
  }

  #finish(error: Error): void {
    if (this.#closedBy) return;
    this.#closedBy = error;
    this.#signal.removeEventListener('abort', this.#aborted);
    for (const waiting of this.#waiting.splice(0)) {
      waiting.inTime();
      waiting.reject(error);
    }
    this.#onClose(error);
  }
}

/** RESP2 delivers what is published, and confirmations, as replies. */
function isMessage(reply: Reply): reply is ['message' | 'subscribe', ...Reply[]] {
  return Array.isArray(reply) && (reply[0] === 'message' || reply[0] === 'subscribe');
}

/** Never more than a command's name, since arguments may be secrets. */
function commandName([name, second]: Command): string {
  return name === 'SENTINEL' || name === 'CLIENT' ? `${name} ${second}` : String(name);
}

const refusals = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM', 'DENIED']);

export function isRefusal(error: unknown): error is ReplyError {
  return error instanceof ReplyError && (refusals.has(error.code) || /\bauth\b/i.test(error.message));
}

/** The error for an error reply before we are in. Many of them pass, `-ERR max number of clients reached` too. */
export function notLetIn(endpoint: Endpoint, reply: ReplyError): SwitchmasterError {
  const refusal: unknown = reply;
  if (isRefusal(refusal)) return refused(endpoint, refusal);
  const code = endpoint.kind === 'sentinel' ? 'SENTINELS_UNREACHABLE' : 'MASTER_UNREACHABLE';
  const { password } = endpoint.credentials;
  // Some servers repeat the arguments of what they do not like.
  const said = password !== undefined && reply.message.includes(password) ? reply.code : reply.message;
  return new SwitchmasterError(code, `${nameOf(endpoint)} let us not in: ${said}`);
}

/** The error for a refusal. The reply itself is not passed on: some servers repeat the arguments in it. */
export function refused(endpoint: Endpoint, reply: ReplyError): SwitchmasterError {
  const option = endpoint.kind === 'sentinel' ? 'sentinel' : 'node';
  const cure =
    reply.code === 'NOPERM'
      ? `the user given in \`${option}.username\` may not run a command or read a channel that is needed`
      : `check \`${option}.username\` and \`${option}.password\``;
  return new SwitchmasterError('AUTH_REFUSED', `${nameOf(endpoint)} refused us with ${reply.code}: ${cure}`);
}
