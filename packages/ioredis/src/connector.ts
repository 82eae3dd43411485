import { Socket } from 'node:net';
import { sameAddress, type NodeAddress, type ResolverLease } from '@switchmaster/core';
import { wrapHooks, type Decider, type Hooks } from './hooks.ts';
import { Session, type SessionOptions } from './session.ts';

/** What is read of a client's options, and set in them: ioredis hands over the very object that it uses. */
export interface ClientOptions extends Mutable<SessionOptions['client']>, Hooks {
  role?: 'master' | 'slave' | undefined;
  host?: string | undefined;
  port?: number | undefined;
  maxRetriesPerRequest?: number | null | undefined;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A second refusal this soon, by a node that has said `master` in between, is about the command itself. */
const refusedAgainMs = 1000;

interface Refusal {
  readonly session: Session;
  readonly at: number;
}

/**
 * What ioredis takes as its `Connector` option, and asks for a stream at every (re)connect. It follows the
 * resolver from that moment until the stream closes: so nothing is left of it, whichever way a client ends.
 */
export class FollowingConnector implements Decider {
  /** ioredis reports it when the stream it got is destroyed already. */
  firstError: Error | undefined;

  readonly #lease: ResolverLease;
  readonly #options: ClientOptions;
  readonly #role: 'master' | 'replica';
  /** The last one: it may be over. */
  #session: Session | undefined;
  #refusal: Refusal | undefined;
  /** What the next `connect()` is to begin with. */
  #delayMs = 0;
  #retrying = false;
  /** The client was disconnected between two connections. */
  #disconnected = false;

  constructor(lease: ResolverLease, options: ClientOptions) {
    this.#lease = lease;
    this.#options = options;
    this.#role = options.role === 'slave' ? 'replica' : 'master';
    this.#show(lease.resolver.topology.master ?? { host: lease.resolver.name, port: 0 });
    wrapHooks(options, this);
  }

  /** Never rejects, which would end the client for good. A destroyed stream makes ioredis try again. */
  async connect(): Promise<Socket> {
    if (this.#disconnected) return this.#refuse(undefined);
    const session = new Session(this.#lease.acquire(this), { role: this.#role, client: this.#options });
    this.#session = session;
    this.#retrying = false;
    try {
      const socket = await session.open(this.#delayMs);
      this.#show(session.address);
      return socket.on('close', () => this.#over(session));
    } catch (error) {
      this.#over(session);
      return this.#refuse(session.left ? undefined : (error as Error));
    }
  }

  /** ioredis' own check, on the `INFO` it has read. Without the right to `INFO`, no role is in it. */
  check(info: { readonly role?: string }): boolean {
    this.#session?.becameReady();
    if (this.#role === 'replica' || info.role === undefined || info.role === 'master') return true;
    this.#session?.suspect(new Error(`INFO says role:${info.role}`));
    return false;
  }

  disconnect(): void {
    if (this.#session && !this.#session.over) return this.#session.end();
    this.#disconnected = this.#retrying;
    this.#lease.release(this);
  }

  #refuse(error: Error | undefined): Socket {
    this.firstError = error;
    this.#disconnected = false;
    return new Socket().destroy();
  }

  #over(session: Session): void {
    session.close();
    // By then ioredis has asked when to try again, or the client has ended.
    setImmediate(() => {
      if (this.#session === session && !this.#retrying) this.#lease.release(this);
    });
  }

  /** For ioredis' tracing channels, which report these two. */
  #show(address: NodeAddress | undefined): void {
    Object.assign(this.#options, address && { host: address.host, port: address.port });
  }

  /** ioredis cannot be woken from a delay: `connect()` does the waiting, and lets news of a master end it. */
  nextDelay(asked: () => number | void | null): number | void | null {
    const atOnce = this.#session?.atOnce === true;
    const delayMs = atOnce ? 0 : asked();
    if (typeof delayMs !== 'number') return delayMs;
    if (atOnce) this.#excuseOneRetry();
    if (this.#role === 'master') this.#show(this.#lease.resolver.topology.master);
    // The resolver knows by now, or is asking, where the master is: the first attempt need not wait.
    this.#delayMs = this.#session?.lasted ? 0 : delayMs;
    this.#retrying = true;
    return 0;
  }

  reconnects(error: Error, asked: () => boolean | 1 | 2): boolean | 1 | 2 {
    return this.#isRefusal(error) ? 2 : asked();
  }

  /** A move is no failed attempt and must not flush what was held. ioredis reads the limit in this tick. */
  #excuseOneRetry(): void {
    const options = this.#options;
    const { maxRetriesPerRequest } = options;
    options.maxRetriesPerRequest = null;
    queueMicrotask(() => {
      options.maxRetriesPerRequest = maxRetriesPerRequest;
    });
  }

  /** Whether a master that was demoted unannounced refused a write: it was not run, another may run it. */
  #isRefusal(error: Error): boolean {
    const session = this.#session;
    if (!session || this.#role === 'replica' || !error.message.startsWith('READONLY')) return false;
    const last = this.#refusal;
    const bySame = last && last.session !== session && isSame(last.session, session);
    if (bySame && performance.now() - last.at < refusedAgainMs) return false;
    this.#refusal = { session, at: performance.now() };
    session.suspect(error);
    session.hurry();
    return true;
  }
}

function isSame(a: Session, b: Session): boolean {
  return a.address !== undefined && b.address !== undefined && sameAddress(a.address, b.address);
}
