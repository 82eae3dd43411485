import type { Ack, WriteRecord } from './writer.ts';

/** A stretch of time, both ends included, in milliseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** A stretch without an acknowledgement. */
export interface Gap {
  readonly from: number;
  readonly ms: number;
}

/** What became of a client's writes, in numbers. */
export interface Tally {
  readonly acked: number;
  /** Acknowledged, but absent from the final master. */
  readonly lost: number;
  readonly failed: number;
  /** Neither acknowledged nor failed at the end. */
  readonly hung: number;
  readonly longestGap: Gap;
}

/**
 * Counts, key by key.
 *
 * @param window from the fault to the last write
 * @param survived whether the final master has the key of the n-th write
 */
export function tallyOf(record: WriteRecord, window: Window, survived: (n: number) => boolean): Tally {
  const { issued, acks, failed } = record;
  return {
    acked: acks.length,
    lost: acks.filter(({ n }) => !survived(n)).length,
    failed,
    hung: issued - acks.length - failed,
    longestGap: longestGap(acks, window),
  };
}

/**
 * The longest time between one acknowledgement and the next. A gap that began before the window counts from its
 * beginning, and the end of the window ends the last one: a client that never recovers has its gap, too.
 */
export function longestGap(acks: readonly Ack[], { from, to }: Window): Gap {
  const times = acks.map(({ at }) => at).toSorted((a, b) => a - b);
  const before = times.findLast((at) => at <= from) ?? from;
  const marks = [before, ...times.filter((at) => at > from && at < to), to];
  const gaps = marks.slice(1).map((at, i): Gap => ({ from: marks[i] ?? at, ms: at - (marks[i] ?? at) }));
  return gaps.reduce((longest, gap) => (gap.ms > longest.ms ? gap : longest), { from, ms: 0 });
}
