import type { Totals } from '../page/messages.ts';

/** What can be counted of operations. */
export type Countable = 'acknowledged' | 'failed' | 'lost' | 'hits' | 'misses';

/** What became of a lane's operations in a stretch of time. */
export class Counts {
  readonly #numbers: Record<Countable, number> = { acknowledged: 0, failed: 0, lost: 0, hits: 0, misses: 0 };
  #longestGapMs = 0;
  #lastFailure: string | undefined;

  /** An operation was rejected. */
  fail(error: unknown): void {
    this.add('failed');
    this.#lastFailure = error instanceof Error ? error.message : String(error);
  }

  add(what: Countable, count = 1): void {
    this.#numbers[what] += count;
  }

  /** A time without an acknowledgement, which may go on. */
  noteGap(ms: number): void {
    this.#longestGapMs = Math.max(this.#longestGapMs, ms);
  }

  /** Together with what is so at this moment. */
  totals(now: Pick<Totals, 'hung' | 'unverified'>, kind: 'writes' | 'cache'): Totals {
    const { acknowledged, failed, lost, hits, misses } = this.#numbers;
    return {
      acknowledged,
      failed,
      lost,
      ...now,
      longestGapMs: this.#longestGapMs,
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
      ...(kind === 'cache' ? { cache: { hits, misses } } : {}),
    };
  }
}
