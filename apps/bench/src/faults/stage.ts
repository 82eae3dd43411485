import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, type ClusterNode, eventually, type Observer } from '@switchmaster/testing';
import { clockMs } from '../clock.ts';
import type { Contestant } from './contestant.ts';
import { promotionsOf } from './failovers.ts';
import type { Promotion } from './tally.ts';

const lookMs = 25;
/** Enough on a busy machine. */
const answerTimeoutMs = 5000;
/** A new master is there by then, if the election did not have to be repeated. */
const promotionTimeoutMs = 30_000;

/** Where a scenario is played: the servers, and the clients that write all the while. */
export class Stage {
  readonly cluster: Cluster;
  readonly observer: Observer;
  /** The master at the beginning. */
  readonly master: ClusterNode;
  readonly contestants: readonly Contestant[];
  /** Has all clients begin again, one after the other. Waits a moment for each, and for none until it writes. */
  readonly restartClients: () => Promise<void>;
  readonly #signal: AbortSignal;
  #faultAt = Infinity;

  constructor(
    options: Pick<Stage, 'cluster' | 'observer' | 'master' | 'contestants' | 'restartClients'> & {
      readonly signal: AbortSignal;
    },
  ) {
    this.cluster = options.cluster;
    this.observer = options.observer;
    this.master = options.master;
    this.contestants = options.contestants;
    this.restartClients = options.restartClients;
    this.#signal = options.signal;
  }

  /** By `clockMs()`. */
  get faultAt(): number {
    return this.#faultAt;
  }

  /** Since the fault, in order. */
  get promotions(): Promotion[] {
    const nodes = this.cluster.nodes.filter(({ name }) => name === this.cluster.name);
    return promotionsOf(this.observer, this.#faultAt, new Set(nodes.map(({ address }) => address)));
  }

  /** Does what is to be survived. Figures count from here. */
  async inject(fault: () => Promise<unknown>): Promise<void> {
    this.#faultAt = clockMs();
    await fault();
    for (const contestant of this.contestants) contestant.doubt();
  }

  /** Waits until so many replicas were promoted and announced since the fault. */
  async announced(count = 1): Promise<void> {
    const done = (): boolean =>
      this.promotions.filter((one) => one.announcedAt !== undefined).length >= count;
    if (await this.#until(done, clockMs() + promotionTimeoutMs)) return;
    throw new Error(`no replica was promoted and announced within ${promotionTimeoutMs} ms`);
  }

  /** Waits until the old master is none any more. */
  async demoted(timeoutMs: number): Promise<void> {
    await this.#until(() => this.observer.role(this.master.address) === 'replica', clockMs() + timeoutMs);
  }

  /** Waits until every node but those that are masters still replicates this one. What it has not seen, a promotion loses. */
  async inStep(master: ClusterNode): Promise<void> {
    const others = this.cluster.nodes.filter((node) => node !== master && node.name === master.name);
    const check = async (node: ClusterNode): Promise<void> => {
      using client = await node.client({ timeoutMs: answerTimeoutMs });
      const [role, host, port, link] = (await client.command('ROLE')) as readonly unknown[];
      const follows = host === master.host && Number(port) === master.port && link === 'connected';
      if (role !== 'master' && !follows)
        throw new Error(`${node.address} does not replicate ${master.address}`);
    };
    await eventually(() => Promise.all(others.map(check)), {
      timeoutMs: promotionTimeoutMs,
      intervalMs: lookMs,
    });
  }

  /** Waits until every client writes without a pause, at most until this long after the fault. */
  async everybodyWrites({ atMostMs }: { readonly atMostMs: number }): Promise<void> {
    await this.#until(() => this.contestants.every(({ isFlowing }) => isFlowing), this.#faultAt + atMostMs);
  }

  /** The master that is left. Without a sentinel, there is only the one. */
  async lastMaster(): Promise<ClusterNode> {
    const { cluster, master } = this;
    const isWatched = cluster.sentinelHandles.some(({ state }) => state === 'running');
    return isWatched ? await cluster.master() : master;
  }

  /** Lets time pass. */
  async writeFor(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal });
  }

  async #until(done: () => boolean, deadline: number): Promise<boolean> {
    while (!done()) {
      if (clockMs() >= deadline) return false;
      await sleep(lookMs, undefined, { signal: this.#signal });
    }
    return true;
  }
}
