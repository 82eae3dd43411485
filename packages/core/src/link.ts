import { backoff, type Backoff } from './backoff.ts';
import { after, now } from './clock.ts';
import { Connection } from './connection.ts';
import { nameOf, type Endpoint } from './dial.ts';
import { SwitchmasterError } from './errors.ts';
import { isRefusal, refused } from './refusal.ts';
import { ReplyError, type Reply } from './resp/reply.ts';
import { CHANNELS, longestId, parseReport, reportCommands, type Report } from './sentinel-messages.ts';

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
  #connectedAt = 0;
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
    const commands = reportCommands(name);
    const connection = this.#state.session.commands;
    const replies = await connection.requestAll(commands);
    try {
      return parseReport(replies);
    } catch (error) {
      if (isRefusal(error)) throw refused(this.endpoint, error, commands[replies.indexOf(error)] ?? []);
      const message = `${nameOf(this.endpoint)} gave no usable answer about \`${name}\`: ${connection.said(error as Error)}`;
      throw new SwitchmasterError('PROTOCOL_ERROR', message);
    }
  }

  /** Gives the connection up; it is dialled again. */
  drop(error: Error): void {
    if (this.#state.kind === 'connected') this.#state.session.events.destroy(error);
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
      this.#connectedAt = now();
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
    // One that lets us in only to be lost again is dialled ever more slowly, as one that does not.
    if (now() - this.#connectedAt >= this.#options.backoff.maxMs)
      this.#backoff = backoff(this.#options.backoff);
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
    const stops = [...new Set([commands, events])].map((line) => this.#pingWhenSilent(line));
    return () => stops.forEach((stop) => stop());
  }

  /** Looks when the last byte is as old as may be, and no later: the ping deadline is a promise. */
  #pingWhenSilent(line: Connection): () => void {
    const { pingIntervalMs } = this.#options;
    let cancel = (): void => {};
    const look = (): void => {
      const leftMs = line.lastByteAt + pingIntervalMs - now();
      if (leftMs <= 0) line.request('PING').catch(() => {});
      cancel = after(leftMs > 0 ? Math.ceil(leftMs) : pingIntervalMs, look);
    };
    look();
    return () => cancel();
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
    // RESP3 lets one connection subscribe and ask.
    const resp3 = await commands.hello();
    if (!resp3) await commands.authenticate();
    const id = await askId(commands, endpoint);
    if (!resp3) {
      events = await Connection.open(endpoint, signal);
      await events.authenticate();
    }
    await events.subscribe(CHANNELS, onMessage);
    return { commands, events, id };
  } catch (error) {
    commands.destroy();
    events.destroy();
    throw error;
  }
}

/** Who it is; and whether we may ask for that, and for signs of life: without either it would be told too late. */
async function askId(connection: Connection, endpoint: Endpoint): Promise<string | undefined> {
  const commands = [['SENTINEL', 'MYID'], ['PING']];
  const replies = await connection.requestAll(commands);
  const [reply] = replies;
  if (isUnknownCommand(reply)) {
    const message = `${nameOf(endpoint)} is a Redis node and no sentinel; name the sentinels' port (26379 by default)`;
    throw new SwitchmasterError('PROTOCOL_ERROR', message);
  }
  for (const [index, refusal] of replies.entries()) {
    if (isRefusal(refusal)) throw refused(endpoint, refusal, commands[index] ?? []);
  }
  return typeof reply === 'string' && reply.length <= longestId ? reply : undefined;
}

function isUnknownCommand(reply: Reply | undefined): boolean {
  return reply instanceof ReplyError && /unknown command/i.test(reply.message);
}
