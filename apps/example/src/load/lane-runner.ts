import type { LaneTitle } from '../lanes/lane.ts';
import type { LaneName, LaneSample, LaneState } from '../page/messages.ts';
import type { Countable } from './counts.ts';
import { summarise } from './latencies.ts';
import { Ledger } from './ledger.ts';
import { Pacer } from './pacer.ts';
import { Tally, type TwoTotals } from './tally.ts';
import type { Work, WorkOrder } from './work.ts';

/** An operation without an answer for so long is hung. */
const hungAfterMs = 5000;
/** Beyond it nothing begins, so that the ledger has a bound while the cluster does not settle. */
const maxUnverified = 200_000;

/** From a start to its stop. */
interface Run {
  /** Absent while the client connects. */
  work?: Work;
}

/** Told of what comes of a lane. */
export interface LaneRecorder {
  operation(lane: LaneName, outcome: 'acknowledged' | 'failed', ms: number): void;
  lost(lane: LaneName, count: number): void;
}

/** Keeps one lane working at its rate, and counts what comes of it. */
export class LaneRunner {
  readonly title: LaneTitle;
  readonly ledger: Ledger = new Ledger();
  readonly #order: WorkOrder;
  readonly #recorder: LaneRecorder;
  readonly #pacer: Pacer;
  readonly #begunAt = new Set<{ readonly ms: number }>();
  readonly #tally = new Tally();
  #sampled = { acknowledged: 0, failed: 0, latenciesMs: [] as number[] };
  #ratePerSecond: number;
  #run: Run | undefined;

  constructor(title: LaneTitle, order: WorkOrder, recorder: LaneRecorder) {
    this.title = title;
    this.#order = order;
    this.#recorder = recorder;
    this.#ratePerSecond = order.ratePerSecond;
    this.#pacer = new Pacer({ ratePerSecond: () => this.#ratePerSecond, begin: () => this.#begin() });
  }

  get enabled(): boolean {
    return this.#run !== undefined;
  }

  set ratePerSecond(rate: number) {
    this.#ratePerSecond = rate;
  }

  /** Resolves when the client is connected. */
  async start(): Promise<void> {
    if (this.#run) return;
    const run: Run = {};
    this.#run = run;
    this.#tally.beginGap();
    try {
      const work = await this.#order.begin({ ledger: this.ledger, count: (what) => this.#count(what) });
      // It may have been stopped in the meantime.
      if (this.#run !== run) return work.close();
      run.work = work;
      this.#pacer.start();
    } catch (error) {
      if (this.#run === run) this.#run = undefined;
      throw error;
    }
  }

  stop(): void {
    this.#pacer.stop();
    this.#begunAt.clear();
    this.#run?.work?.close();
    this.#run = undefined;
  }

  /** A fault begins: what happens from now on is counted for it. */
  noteFault(): void {
    this.#tally.noteFault();
  }

  /** Acknowledged writes were not on the master. */
  noteLost(acknowledgedAt: readonly number[]): void {
    this.#tally.noteLost(acknowledgedAt);
    this.#recorder.lost(this.title.name, acknowledgedAt.length);
  }

  state(): LaneState {
    const { kind, maxPending } = this.#order;
    const { enabled } = this;
    return {
      ...this.title,
      kind,
      maxPending,
      enabled,
      ratePerSecond: this.#ratePerSecond,
      ...this.#totals(),
    };
  }

  /** What happened since the last call. */
  sample(held: boolean): LaneSample {
    const { latenciesMs, ...counts } = this.#sampled;
    this.#sampled = { acknowledged: 0, failed: 0, latenciesMs: [] };
    return {
      lane: this.title.name,
      ...counts,
      pending: this.#begunAt.size,
      latency: summarise(latenciesMs),
      held: held && this.title.ours,
      ...this.#totals(),
    };
  }

  #totals(): TwoTotals {
    if (this.enabled) this.#tally.noteGap();
    const overdue = performance.now() - hungAfterMs;
    const hung = [...this.#begunAt].filter(({ ms }) => ms < overdue).length;
    return this.#tally.totals({ hung, unverified: this.ledger.acknowledged }, this.#order.kind);
  }

  #begin(): boolean {
    const run = this.#run;
    if (!run?.work || this.#begunAt.size >= this.#order.maxPending) return false;
    if (this.ledger.size >= maxUnverified) return false;
    const begunAt = { ms: performance.now() };
    this.#begunAt.add(begunAt);
    // What a stop cut short is no failure.
    const end = (note: (ms: number) => void): void => {
      this.#begunAt.delete(begunAt);
      if (this.#run === run) note(performance.now() - begunAt.ms);
    };
    run.work.operate().then(
      () => end((ms) => this.#acknowledge(ms)),
      (error: unknown) => end((ms) => this.#fail(error, ms)),
    );
    return true;
  }

  #acknowledge(ms: number): void {
    this.#tally.acknowledge();
    this.#recorder.operation(this.title.name, 'acknowledged', ms);
    this.#sampled.acknowledged += 1;
    this.#sampled.latenciesMs.push(ms);
  }

  #fail(error: unknown, ms: number): void {
    this.#tally.fail(error);
    this.#recorder.operation(this.title.name, 'failed', ms);
    this.#sampled.failed += 1;
  }

  #count(what: Countable): void {
    this.#tally.count(what);
    if (what === 'lost') this.#recorder.lost(this.title.name, 1);
  }
}
