import { isOurs } from './clients/index.ts';
import type { FaultName } from './faults.ts';

/** One line of the final table, and one entry of `--json`. Times are in milliseconds after the fault. */
export interface Outcome {
  readonly client: string;
  readonly fault: FaultName;
  readonly acked: number;
  readonly lost: number;
  readonly failed: number;
  readonly hung: number;
  readonly longestGapMs: number;
  /** When the new master said `master`, and when a sentinel first announced it. */
  readonly promotedMs: number | null;
  readonly announcedMs: number | null;
  /** When the client held its writes, was connected to the new master, and had its first reply from there. */
  readonly heldMs: number | null;
  readonly movedMs: number | null;
  readonly firstWriteMs: number | null;
  /** The sentinels failed over twice: the figures say little about one failover. */
  readonly superseded: boolean;
  readonly errors: Readonly<Record<string, number>>;
}

/** 1 if a client of ours did not get each write of the planned failover through, else 0. */
export function exitCode(outcomes: readonly Outcome[]): 0 | 1 {
  const broken = outcomes.some(
    ({ client, fault, lost, failed, hung }) =>
      isOurs(client) && fault === 'failover' && lost + failed + hung > 0,
  );
  return broken ? 1 : 0;
}
