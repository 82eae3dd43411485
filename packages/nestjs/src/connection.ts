import { formatAddress, isSwitchmasterError, SwitchmasterError, type Resolver } from '@switchmaster/core';
import type { ClientRecipe } from './client-recipe.ts';
import { within } from './deadline.ts';
import { passOn, type EventSink } from './events.ts';
import { ManagedClient } from './managed-client.ts';
import { explain, type CheckedOptions } from './options.ts';
import type { RateLimitedLogger } from './rate-limited-logger.ts';
import { report } from './report.ts';
import type { Lease, SentinelSets } from './sentinel-sets.ts';

/** What a connection has of its application. */
export interface Surroundings {
  readonly sets: SentinelSets;
  readonly log: RateLimitedLogger;
  readonly emit: EventSink['emit'];
}

/** What the providers of a connection need of it. */
export interface ClientSource {
  readonly name: string;
  /** How the connection's own client is made, if it has one. */
  readonly recipe: ClientRecipe | false;
  readonly resolver: Resolver;
  /** A client for the application, and as ready as the option `startup` wants it. */
  client(recipe: ClientRecipe, resolver: Resolver, label: string): Promise<object>;
  /** Waits as the option `startup` says. */
  started(resolver: Resolver): Promise<void>;
}

/** A master name in an application: its resolver and its clients, and their common end. */
export class Connection implements ClientSource {
  readonly name: string;
  readonly #options: CheckedOptions;
  readonly #surroundings: Surroundings;
  readonly #clients = new Set<ManagedClient>();
  #lease: Lease | undefined;
  #unlisten: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(name: string, options: CheckedOptions, surroundings: Surroundings) {
    this.name = name;
    this.#options = options;
    this.#surroundings = surroundings;
  }

  get recipe(): ClientRecipe | false {
    return this.#options.client;
  }

  /** Made when it is first asked for, so that a test that overrides its token dials nobody. */
  get resolver(): Resolver {
    this.#throwIfClosed();
    this.#lease ??= this.#open();
    return this.#lease.resolver;
  }

  async client(recipe: ClientRecipe, resolver: Resolver, label: string): Promise<object> {
    this.#throwIfClosed();
    const { log } = this.#surroundings;
    const client = new ManagedClient(recipe, resolver, (error) => {
      log.limited('warn', `client ${label}`, `client '${label}' (${recipe.library}): ${describe(error)}`);
    });
    this.#clients.add(client);
    await this.started(resolver, client.connected);
    return client.instance;
  }

  async started(resolver: Resolver, connected: Promise<void> = Promise.resolve()): Promise<void> {
    const { startup } = this.#options;
    if (startup === 'background') return;
    try {
      await this.#ready(resolver, connected);
    } catch (error) {
      if (startup === 'require') throw this.#notReady(error);
      if (!this.#closing) this.#surroundings.log.write('warn', `starts without Redis: ${describe(error)}`);
    }
  }

  /** Ends everything that was opened here; no resolver or client that a test has put in its place. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { shutdownTimeoutMs } = this.#options;
    // The connections that end now are no news.
    for (const off of this.#unlisten) off();
    await Promise.all([...this.#clients].map((client) => client.close(shutdownTimeoutMs)));
    await this.#lease?.close();
  }

  #open(): Lease {
    const { sets, log, emit } = this.#surroundings;
    const lease = explain(`SwitchmasterModule, connection '${this.name}'`, () =>
      sets.lease(this.#options.resolver),
    );
    this.#unlisten = [report(lease.resolver, log), passOn(lease.resolver, this.name, emit)];
    return lease;
  }

  async #ready(resolver: Resolver, connected: Promise<void>): Promise<void> {
    const { startupTimeoutMs } = this.#options;
    const deadline = performance.now() + startupTimeoutMs;
    // The resolver says best what is wrong.
    const master = await resolver.master({ signal: AbortSignal.timeout(startupTimeoutMs) });
    const late = (): Error => {
      const message = `the master is ${formatAddress(master)}, and the client is not ready after ${startupTimeoutMs} ms`;
      return new SwitchmasterError('TIMED_OUT', message);
    };
    await within(connected, Math.max(1, deadline - performance.now()), late);
  }

  #notReady(cause: unknown): Error {
    const code = isSwitchmasterError(cause) ? cause.code : 'MASTER_UNREACHABLE';
    const message = `connection '${this.name}' is required to start (\`startup: 'require'\`): ${describe(cause)}`;
    return new SwitchmasterError(code, message, { cause });
  }

  #throwIfClosed(): void {
    if (this.#closing) throw new SwitchmasterError('CLOSED', `connection '${this.name}' was closed`);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
