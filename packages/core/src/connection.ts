import type { Socket } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import { deadline, now } from './clock.ts';
import { AskedCredentials, type Credentials } from './credentials.ts';
import { dial, nameOf, problemOfTls, type Endpoint } from './dial.ts';
import { SwitchmasterError } from './errors.ts';
import { Quota } from './quota.ts';
import { commandName, notLetIn, type Command } from './refusal.ts';
import { Decoder, type Sink } from './resp/decoder.ts';
import { encodePipeline } from './resp/encoder.ts';
import { ReplyError, type Push, type Reply } from './resp/reply.ts';
import { asDecoded, asSaid } from './said.ts';

interface Waiting {
  readonly expected: number;
  /** One command with several confirmations: an error is its only reply. */
  readonly errorEnds: boolean;
  readonly replies: Reply[];
  readonly inTime: () => void;
  resolve(replies: Reply[]): void;
  reject(error: Error): void;
}

/** No deployment has as many events; a sentinel that goes on like this would keep us from everything else. */
const maxPushesPerSecond = 5000;

/** One socket that speaks RESP: commands in, replies and pushes out, a deadline on every command. */
export class Connection {
  /** When the last byte came. */
  lastByteAt: number = now();
  readonly #endpoint: Endpoint;
  readonly #credentials: Credentials;
  readonly #socket: Socket;
  readonly #decoder: Decoder;
  readonly #signal: AbortSignal;
  readonly #waiting: Waiting[] = [];
  readonly #pushes: Quota = new Quota(maxPushesPerSecond);
  #heard = false;
  #closedBy: Error | undefined;
  #onClose: (error: Error) => void = () => {};
  #onPush: ((push: Push) => void) | undefined;

  /**
   * Asks for the credentials, and dials within the endpoint's connect timeout. `signal` ends the connection at
   * any time.
   */
  static async open(endpoint: Endpoint, signal: AbortSignal): Promise<Connection> {
    const credentials = await currentCredentials(endpoint, signal);
    return new Connection(endpoint, credentials, await dial(endpoint, signal), signal);
  }

  private constructor(endpoint: Endpoint, credentials: Credentials, socket: Socket, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#credentials = credentials;
    this.#socket = socket;
    const sink: Sink = { reply: (reply) => this.#settle(reply), push: (push) => this.#take(push) };
    this.#decoder = new Decoder(sink);
    this.#signal = signal;
    signal.addEventListener('abort', this.#aborted);
    if (signal.aborted) this.destroy();
    socket.on('data', this.#read).on('close', this.#closed).on('error', this.#failed);
  }

  /** What the peer showed in TLS. */
  get certificate(): PeerCertificate | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket.getPeerCertificate() : undefined;
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
    const command = ['SUBSCRIBE', ...channels];
    this.#onPush = ({ kind, items: [channel, payload] }) => {
      if (kind === 'subscribe') this.#settle('OK');
      if (kind === 'message' && typeof channel === 'string' && typeof payload === 'string') {
        onMessage(channel, payload);
      }
    };
    const replies = await this.#send([command], channels.length, true);
    const refusal = replies.find((reply) => reply instanceof ReplyError);
    if (refusal) throw this.#notLetIn(refusal, command);
  }

  /** `AUTH`, if there is anything to authenticate with. */
  async authenticate(): Promise<void> {
    const { username, password } = this.#credentials;
    if (password === undefined) return;
    const user = username === undefined ? [] : [username];
    const command = ['AUTH', ...user, password];
    const [reply] = await this.requestAll([command]);
    if (reply instanceof ReplyError) throw this.#notLetIn(reply, command);
  }

  /** `HELLO 3`, which authenticates as well. Whether RESP3 is spoken from here on; without it we are not in yet. */
  async hello(): Promise<boolean> {
    const { username = 'default', password } = this.#credentials;
    const auth = password === undefined ? [] : ['AUTH', username, password];
    const command = ['HELLO', 3, ...auth, 'SETNAME', 'switchmaster'];
    const [reply] = await this.requestAll([command]);
    if (!(reply instanceof ReplyError)) return true;
    if (/^(NOPROTO|ERR (unknown|syntax|protocol))/i.test(reply.message)) return false;
    // Who asks for a password that HELLO has brought does not look at what HELLO is.
    if (password !== undefined && reply.code === 'NOAUTH') return false;
    throw this.#notLetIn(reply, command);
  }

  /** What the peer said, for a message. */
  said(error: Error): string {
    return asSaid(error.message, this.#credentials);
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
      const { message } = cause as Error;
      const why = asDecoded(message, this.#credentials);
      const text = `${nameOf(this.#endpoint)} does not speak the Redis protocol: ${why}`;
      this.destroy(new SwitchmasterError('PROTOCOL_ERROR', text, why === message ? { cause } : undefined));
    }
  };

  readonly #aborted = (): void => this.destroy();
  readonly #failed = (cause: Error): void => this.#finish(this.#lost(cause.message, cause));
  readonly #closed = (): void => this.#finish(this.#lost('the peer closed the connection'));

  #lost(why: string, cause?: Error): SwitchmasterError {
    const { kind, tls } = this.#endpoint;
    const ofTls = cause && problemOfTls(kind, cause);
    if (ofTls)
      return new SwitchmasterError('PROTOCOL_ERROR', `${nameOf(this.#endpoint)} ${ofTls}`, { cause });
    const hint = !this.#heard && !tls ? ` (if it expects TLS, set \`${kind}.tls\`)` : '';
    const code = kind === 'sentinel' ? 'SENTINELS_UNREACHABLE' : 'MASTER_UNREACHABLE';
    return new SwitchmasterError(code, `${nameOf(this.#endpoint)} was lost: ${why}${hint}`, { cause });
  }

  #notLetIn(reply: ReplyError, command: Command): SwitchmasterError {
    return notLetIn(this.#endpoint, reply, this.said(reply), command);
  }

  #take(push: Push): void {
    if (!this.#pushes.take(now()))
      throw new Error(`more than ${maxPushesPerSecond} pushes came within a second`);
    this.#onPush?.(push);
  }

  #settle(reply: Reply): void {
    if (this.#onPush && isMessage(reply)) return this.#take({ kind: reply[0], items: reply.slice(1) });
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

async function currentCredentials(endpoint: Endpoint, signal: AbortSignal): Promise<Credentials> {
  const { credentials, credentialsTimeoutMs } = endpoint;
  return credentials instanceof AskedCredentials
    ? await credentials.ask(credentialsTimeoutMs, signal)
    : credentials;
}
