import type { Ack, WriteRecord } from './writer.ts';

/** A stretch of time, in milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** What a promotion was, and when the first sentinel announced it. */
export interface Promotion {
  readonly at: number;
  readonly announcedAt: number | undefined;
}

/** How often the final master has run each write: 0 where it does not know it. By the number in the key. */
export type Executions = readonly number[];

/** What became of a client's writes, in numbers. The names are those of the figures. */
export interface Tally {
  /** The longest time without an acknowledgement of what lasts; `null` if it was not over at the end. */
  readonly outage: number | null;
  /** From the promotion to the first acknowledgement by the new master; `null` if it never came. */
  readonly move: number | null;
  /** The same from the first `+switch-master`. */
  readonly moveFromAnnouncement: number | null;
  readonly acked: number;
  /** Acknowledged, but absent from the final master. */
  readonly lost: number;
  readonly failed: number;
  /** Neither acknowledged nor failed at the end. */
  readonly hung: number;
  /** Run twice or more by the final master. */
  readonly twice: number;
}

/** Counts, key by key. The window is from the fault to the last write. */
export function tallyOf(
  record: WriteRecord,
  window: Window,
  promotions: readonly Promotion[],
  executions: Executions,
): Tally {
  const { issued, acks, failed } = record;
  const arrivals = arrivalsOf(acks, promotions, executions);
  return {
    outage: longestGap(
      acks.filter(([n]) => executions[n] !== 0),
      window,
    ),
    move: worst(arrivals.map((at, i) => since(at, promotions[i]?.at))),
    moveFromAnnouncement: worst(arrivals.map((at, i) => since(at, promotions[i]?.announcedAt))),
    acked: acks.length,
    lost: acks.filter(([n]) => executions[n] === 0).length,
    failed,
    hung: issued - acks.length - failed,
    twice: executions.filter((times) => times > 1).length,
  };
}

/** With no acknowledgement for so long before the end, an outage is not over. */
const quietMs = 500;

/** The longest time between one acknowledgement and the next. A gap that began before the window counts in full. */
function longestGap(acks: readonly Ack[], { from, to }: Window): number | null {
  const times = acks.map(([, at]) => at);
  const marks = [times.findLast((at) => at <= from) ?? from, ...times.filter((at) => at > from && at <= to)];
  if (to - (marks.at(-1) ?? from) > quietMs) return null;
  return marks.slice(1).reduce((longest, at, i) => Math.max(longest, at - (marks[i] ?? at)), 0);
}

/** So late may a promotion be seen: what is lost this shortly before belongs to it. */
const lateMs = 50;

/**
 * When each new master first acknowledged: the first write after the promotion, and before the next one, after which
 * none was lost. What the old master acknowledges from then on is lost.
 */
function arrivalsOf(
  acks: readonly Ack[],
  promotions: readonly Promotion[],
  executions: Executions,
): (number | undefined)[] {
  return promotions.map(({ at: from }, i) => {
    const to = promotions[i + 1]?.at ?? Infinity;
    const during = acks.filter(([, at]) => at >= from && at < to);
    const lastLost = during.findLastIndex(([n, at]) => executions[n] === 0 && at < to - lateMs);
    return during[lastLost + 1]?.[1];
  });
}

function since(at: number | undefined, from: number | undefined): number | null {
  return at === undefined || from === undefined ? null : at - from;
}

/** Who has not come along once has not come along. */
function worst(values: readonly (number | null)[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((one, other) => (one === null || other === null ? null : Math.max(one, other)));
}
