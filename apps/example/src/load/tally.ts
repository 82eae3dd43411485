import type { Totals } from '../page/messages.ts';
import { wallClockMs } from '../wall-clock.ts';
import { type Countable, Counts } from './counts.ts';

/** What was acknowledged so shortly before a fault may be lost by it. */
const replicationMs = 1000;

/** Counts what becomes of a lane's operations, since the start and since the latest fault. */
export class Tally {
  readonly #totals = new Counts();
  #sinceFault = new Counts();
  #faultAt = 0;
  #acknowledgedAtMs = 0;

  count(what: Countable): void {
    for (const counts of this.#both) counts.add(what);
  }

  acknowledge(): void {
    this.count('acknowledged');
    this.noteGap();
    this.beginGap();
  }

  fail(error: unknown): void {
    for (const counts of this.#both) counts.fail(error);
  }

  /** Acknowledged writes were not on the master. */
  noteLost(acknowledgedAt: readonly number[]): void {
    const byThisFault = acknowledgedAt.filter((at) => at > this.#faultAt - replicationMs);
    this.#totals.add('lost', acknowledgedAt.length);
    this.#sinceFault.add('lost', byThisFault.length);
  }

  /** A fault begins: what happens from now on is counted for it. */
  noteFault(): void {
    this.#faultAt = wallClockMs();
    this.#sinceFault = new Counts();
  }

  /** From now on an acknowledgement is waited for. */
  beginGap(): void {
    this.#acknowledgedAtMs = performance.now();
  }

  noteGap(): void {
    const gapMs = performance.now() - this.#acknowledgedAtMs;
    for (const counts of this.#both) counts.noteGap(gapMs);
  }

  /** Together with what is so at this moment. */
  totals(now: Pick<Totals, 'hung' | 'unverified'>, kind: 'writes' | 'cache'): TwoTotals {
    return { totals: this.#totals.totals(now, kind), sinceFault: this.#sinceFault.totals(now, kind) };
  }

  get #both(): readonly Counts[] {
    return [this.#totals, this.#sinceFault];
  }
}

export interface TwoTotals {
  readonly totals: Totals;
  readonly sinceFault: Totals;
}
