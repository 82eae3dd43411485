import { setTimeout as sleep } from 'node:timers/promises';
import {
  addressKey,
  createResolver,
  createServers,
  isSwitchmasterError,
  sameAddress,
  type NodeAddress,
  type Resolver,
  type Servers,
} from '@switchmaster/core';
import type { ConnectionOptions } from '../connection-options.ts';
import { toAddress, toTexts } from '../replies.ts';
import { channels, clockMs, type Happening } from './happening.ts';

const redialMs = 1000;
const roleIntervalMs = 50;
/** Sentinels demote an old master about ten seconds after the promotion, if it is there. */
const demotionMs = 60_000;

/** Everything that happens to one master, as the resolver and all sentinels tell it. */
export class Feed implements AsyncDisposable {
  readonly #resolver: Resolver;
  readonly #servers: Servers;
  readonly #tell: (happening: Happening) => void;
  readonly #closing = new AbortController();
  /** Sentinels that are listened to. */
  readonly #heard = new Set<string>();

  constructor(options: ConnectionOptions, tell: (happening: Happening) => void) {
    this.#servers = createServers(options);
    this.#resolver = createResolver(options);
    this.#tell = (happening) => {
      if (!this.#closing.signal.aborted) tell(happening);
    };
    this.#resolver.on('topology', (topology) => {
      this.#tell({ type: 'topology', at: clockMs(), topology });
      this.#listenToAll();
    });
    this.#resolver.on('hold', (event) => this.#tell({ type: 'hold', ...event }));
    this.#resolver.on('release', (event) => this.#tell({ type: 'release', ...event }));
    this.#resolver.on('switch', (event) => {
      this.#tell({ type: 'switch', ...event });
      if (event.from) void this.#awaitDemotion(event.from, event.to);
    });
    this.#resolver.on('error', ({ code, message }) =>
      tell({ type: 'trouble', at: clockMs(), code, message }),
    );
    this.#listenToAll();
  }

  get topology(): Resolver['topology'] {
    return this.#resolver.topology;
  }

  /** Resolves with the first master; rejects where waiting for one is of no use. */
  async ready(signal: AbortSignal): Promise<void> {
    await this.#resolver.master({ signal });
  }

  /** Resolves when every sentinel has said what it knows, or cannot be reached; at the deadline at the latest. */
  async complete(timeoutMs: number): Promise<void> {
    const isTold = (): boolean =>
      this.topology.sentinels.every(({ state, configEpoch }) => {
        return state === 'lost' || (state === 'connected' && configEpoch !== undefined);
      });
    const deadline = performance.now() + timeoutMs;
    while (!isTold() && performance.now() < deadline) await sleep(10);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#resolver.close();
  }

  #listenToAll(): void {
    for (const { host, port } of this.#resolver.topology.sentinels) {
      const address = { host, port };
      if (this.#heard.has(addressKey(address))) continue;
      this.#heard.add(addressKey(address));
      void this.#listen(address).catch(() => {});
    }
  }

  /** Until we are closed, or the sentinel is forgotten. */
  async #listen(address: NodeAddress): Promise<void> {
    const { signal } = this.#closing;
    const isKnown = (): boolean => this.#resolver.topology.sentinels.some((one) => sameAddress(one, address));
    while (isKnown()) {
      await this.#subscribe(address).catch(() => {});
      await sleep(redialMs, undefined, { signal, ref: false });
    }
    this.#heard.delete(addressKey(address));
  }

  /** Resolves when the connection is lost. */
  async #subscribe(sentinel: NodeAddress): Promise<void> {
    const { signal } = this.#closing;
    using connection = await this.#servers.connect('sentinel', sentinel, { signal });
    const lost = new Promise<void>((resolve) => connection.onClose(() => resolve()));
    await connection.subscribe(channels, (channel, payload) => {
      this.#tell({ type: 'event', at: clockMs(), sentinel, channel, payload });
    });
    await lost;
  }

  async #awaitDemotion(address: NodeAddress, master: NodeAddress): Promise<void> {
    const { signal } = this.#closing;
    for (const deadline = performance.now() + demotionMs; performance.now() < deadline;) {
      const isStillTheMaster =
        this.topology.master !== undefined && sameAddress(this.topology.master, master);
      if (signal.aborted || !isStillTheMaster) return;
      const role = await this.#roleOf(address);
      if (role === 'replica') return this.#tell({ type: 'demoted', at: clockMs(), address });
      await sleep(roleIntervalMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #roleOf(address: NodeAddress): Promise<'master' | 'replica' | 'unknown'> {
    try {
      using node = await this.#servers.connect('node', address, { signal: this.#closing.signal });
      const [role, host, port] = toTexts(await node.request('ROLE'));
      if (role === 'master') return role;
      return toAddress(host, port) ? 'replica' : 'unknown';
    } catch {
      return 'unknown';
    }
  }
}

/** Whether there will never be a master to watch. */
export function isHopeless(error: unknown): boolean {
  return isSwitchmasterError(error) && (error.code === 'NAME_UNKNOWN' || error.code === 'AUTH_REFUSED');
}
