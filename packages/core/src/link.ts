import { backoff, type Backoff } from './backoff.ts';
import { after, now } from './clock.ts';
import { Connection, isRefusal, notLetIn, refused } from './connection.ts';
import { nameOf, type Endpoint } from './dial.ts';
import { SwitchmasterError } from './errors.ts';
import { ReplyError, type Reply } from './resp/reply.ts';
import { CHANNELS, parseReport, reportCommands, type Report } from './sentinel-messages.ts';

export interface LinkOptions {
  readonly pingIntervalMs: number;
  readonly backoff: { readonly initialMs: number; readonly maxMs: number };
}

/** What a link tells the set that it belongs to. */
export interface LinkListener {
  connected(id: string | undefined): void;
  /** It is dialled again by itself; `lastSeenAt` is when the last byte came. */
  lost(error: Error, lastSeenAt: number): void;
  message(channel: string, payload: string): void;
}

/** Where RESP3 is spoken both are the same connection. */
interface Session {
  readonly commands: Connection;
  readonly events: Connection;
  readonly id: string | undefined;
}

/**
 * - `connecting`: dialling, authenticating, subscribing.
 * - `connected`: subscribed, and may be asked.
 * - `waiting`: lost, until the backoff is over.
 * - `closed`: for good.
 */
type State =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly session: Session; readonly stopPinging: () => void }
  | { readonly kind: 'waiting'; readonly cancel: () => void }
  | { readonly kind: 'closed' };

/** The one line to a sentinel: subscribed to its events, open to questions, dialled again for ever. */
export class Link {
  readonly endpoint: Endpoint;
  readonly #options: LinkOptions;
  readonly #listener: LinkListener;
  #state: State = { kind: 'connecting' };
  #backoff: Backoff;
  #lastSeenAt: number = now();
  readonly #closing = new AbortController();

  constructor(endpoint: Endpoint, options: LinkOptions, listener: LinkListener) {
    this.endpoint = endpoint;
    this.#options = options;
    this.#listener = listener;
    this.#backoff = backoff(options.backoff);
    void this.#connect();
  }

  /** Asks for one master name. An error ends the link only where the connection itself is at fault. */
  async report(name: string): Promise<Report> {
    if (this.#state.kind !== 'connected') {
      throw new SwitchmasterError('SENTINELS_UNREACHABLE', `${nameOf(this.endpoint)} is not connected`);
    }
    const replies = await this.#state.session.commands.requestAll(reportCommands(name));
    try {
      return parseReport(replies);
    } catch (cause) {
      if (isRefusal(cause)) throw refused(this.endpoint, cause);
      const message = `${nameOf(this.endpoint)} gave no usable answer about \`${name}\`: ${(cause as Error).message}`;
      throw new SwitchmasterError('PROTOCOL_ERROR', message, { cause });
    }
  }

  close(): void {
    this.#enter({ kind: 'closed' });
    this.#closing.abort();
  }

  async #connect(): Promise<void> {
    this.#enter({ kind: 'connecting' });
    try {
      const session = await openSession(this.endpoint, this.#closing.signal, (channel, payload) =>
        this.#listener.message(channel, payload),
      );
      if (this.#state.kind === 'closed') return closeSession(session);
      this.#backoff = backoff(this.#options.backoff);
      this.#enter({ kind: 'connected', session, stopPinging: this.#keepPinging(session) });
      this.#listener.connected(session.id);
      session.commands.onClose((error) => this.#lose(session, error));
      session.events.onClose((error) => this.#lose(session, error));
    } catch (error) {
      this.#retry(error as Error);
    }
  }

  #lose(session: Session, error: Error): void {
    if (this.#state.kind !== 'connected' || this.#state.session !== session) return;
    this.#lastSeenAt = Math.min(session.commands.lastByteAt, session.events.lastByteAt);
    this.#retry(error);
  }

  #retry(error: Error): void {
    if (this.#state.kind === 'closed') return;
    const cancel = after(this.#backoff.delayMs, () => void this.#connect());
    this.#backoff = this.#backoff.next();
    this.#enter({ kind: 'waiting', cancel });
    this.#listener.lost(error, this.#lastSeenAt);
  }

  /** A sentinel that hangs keeps its sockets open; only its silence tells. */
  #keepPinging({ commands, events }: Session): () => void {
    const lines = [...new Set([commands, events])];
    const timer = setInterval(() => {
      for (const line of lines) {
        if (now() - line.lastByteAt >= this.#options.pingIntervalMs) line.request('PING').catch(() => {});
      }
    }, this.#options.pingIntervalMs).unref();
    return () => clearInterval(timer);
  }

  #enter(state: State): void {
    const before = this.#state;
    if (before.kind === 'closed') return;
    this.#state = state;
    if (before.kind === 'waiting') before.cancel();
    if (before.kind === 'connected') {
      before.stopPinging();
      closeSession(before.session);
    }
  }
}

function closeSession({ commands, events }: Session): void {
  commands.destroy();
  events.destroy();
}

type OnMessage = (channel: string, payload: string) => void;

/** Subscribes before anybody can ask, so that nothing falls between an answer and the next event. */
async function openSession(endpoint: Endpoint, signal: AbortSignal, onMessage: OnMessage): Promise<Session> {
  const commands = await Connection.open(endpoint, signal);
  let events = commands;
  try {
    const resp3 = await sayHello(commands, endpoint);
    if (!resp3) await commands.authenticate(endpoint.credentials);
    const id = await askId(commands, endpoint);
    if (!resp3) {
      events = await Connection.open(endpoint, signal);
      await events.authenticate(endpoint.credentials);
    }
    await events.subscribe(CHANNELS, onMessage);
    return { commands, events, id };
  } catch (error) {
    commands.destroy();
    events.destroy();
    throw error;
  }
}

/** Whether RESP3 is spoken from here on; it lets one connection subscribe and ask. */
async function sayHello(connection: Connection, endpoint: Endpoint): Promise<boolean> {
  const { username = 'default', password } = endpoint.credentials;
  const auth = password === undefined ? [] : ['AUTH', username, password];
  const [reply] = await connection.requestAll([['HELLO', 3, ...auth, 'SETNAME', 'switchmaster']]);
  if (!(reply instanceof ReplyError)) return true;
  if (/^(NOPROTO|ERR (unknown|syntax|protocol))/i.test(reply.message)) return false;
  // Who asks for a password that HELLO has brought does not look at what HELLO is.
  if (password !== undefined && reply.code === 'NOAUTH') return false;
  throw notLetIn(endpoint, reply);
}

async function askId(connection: Connection, endpoint: Endpoint): Promise<string | undefined> {
  const [reply] = await connection.requestAll([['SENTINEL', 'MYID']]);
  if (isUnknownCommand(reply)) {
    const message = `${nameOf(endpoint)} is a Redis node and no sentinel; name the sentinels' port (26379 by default)`;
    throw new SwitchmasterError('PROTOCOL_ERROR', message);
  }
  if (isRefusal(reply) && reply.code === 'NOAUTH') throw refused(endpoint, reply);
  return typeof reply === 'string' ? reply : undefined;
}

function isUnknownCommand(reply: Reply | undefined): boolean {
  return reply instanceof ReplyError && /unknown command/i.test(reply.message);
}
