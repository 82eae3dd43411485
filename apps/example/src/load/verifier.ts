import {
  ConflictException,
  Inject,
  Injectable,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { until } from '@switchmaster/testing';
import { TestBed } from '../cluster/test-bed.ts';
import { TopologyWatch } from '../cluster/topology-watch.ts';
import type { Verification } from '../page/messages.ts';
import { PageEvents } from '../page/page-events.ts';
import type { LaneRunner } from './lane-runner.ts';
import { Load } from './load.ts';
import { lookUp } from './lookup.ts';
import { wallClockMs } from '../wall-clock.ts';

const intervalMs = 2000;
/** Time for a write to reach the replicas, and for the sentinels to notice that the master is gone. */
const ripeAfterMs = 3000;
const commandTimeoutMs = 5000;
/** A failover is over when the old master is demoted, which takes ten seconds and more. */
const settledTimeoutMs = 30_000;

/** Looks the acknowledged writes up on the master, all the time while the cluster is settled. */
@Injectable()
export class Verifier implements OnModuleInit, OnModuleDestroy {
  readonly #testBed: TestBed;
  readonly #topology: TopologyWatch;
  readonly #load: Load;
  readonly #events: PageEvents;
  #timer: NodeJS.Timeout | undefined;
  /** One after the other, since each takes from the ledgers. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    @Inject(TestBed) testBed: TestBed,
    @Inject(TopologyWatch) topology: TopologyWatch,
    @Inject(Load) load: Load,
    @Inject(PageEvents) events: PageEvents,
  ) {
    this.#testBed = testBed;
    this.#topology = topology;
    this.#load = load;
    this.#events = events;
  }

  onModuleInit(): void {
    this.#plan();
  }

  async onModuleDestroy(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#last;
  }

  /** Waits until the cluster is settled, and looks up all that was acknowledged until then. */
  async verifyNow(): Promise<Verification[]> {
    const isSettled = (): boolean => this.#closed || this.#topology.topology.settled;
    await until(isSettled, { timeoutMs: settledTimeoutMs, intervalMs: 50 }).catch((cause: unknown) => {
      const seconds = settledTimeoutMs / 1000;
      throw new ConflictException(`The cluster has not settled within ${seconds} s: mend it first.`, {
        cause,
      });
    });
    return await this.#verify(wallClockMs());
  }

  #plan(): void {
    this.#timer = setTimeout(() => {
      const due = this.#topology.topology.settled
        ? this.#verify(wallClockMs() - ripeAfterMs)
        : Promise.resolve([]);
      // A master that has just been broken is asked again when the cluster has settled.
      void due.catch(() => {}).finally(() => this.#closed || this.#plan());
    }, intervalMs);
  }

  #verify(upTo: number): Promise<Verification[]> {
    const verified = this.#last.then(() => this.#lookUpAll(upTo));
    this.#last = verified.catch(() => {});
    return verified;
  }

  async #lookUpAll(upTo: number): Promise<Verification[]> {
    const master = await this.#testBed.cluster.master(undefined, { timeoutMs: commandTimeoutMs });
    using client = await master.client({ timeoutMs: commandTimeoutMs });
    const verifications: Verification[] = [];
    for (const runner of this.#load.runners) {
      if (this.#closed || (!runner.enabled && runner.ledger.size === 0)) continue;
      const counts = await this.#lookUp(runner, upTo, client);
      const { name: lane } = runner.title;
      const unverified = runner.ledger.acknowledged;
      const verification = { at: wallClockMs(), lane, master: master.address, ...counts, unverified };
      if (counts.checked > 0) this.#events.publish({ type: 'verification', ...verification });
      verifications.push(verification);
    }
    return verifications;
  }

  async #lookUp(
    runner: LaneRunner,
    upTo: number,
    master: Parameters<typeof lookUp>[2],
  ): Promise<Pick<Verification, 'checked' | 'lost'>> {
    let [checked, lost] = [0, 0];
    while (!this.#closed) {
      const findings = await lookUp(runner.ledger, upTo, master);
      if (!findings) break;
      checked += findings.checked;
      lost += findings.lost.length;
      runner.noteLost(findings.lost.map(({ at }) => at));
    }
    return { checked, lost };
  }
}
