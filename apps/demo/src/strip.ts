import type { Window } from './tally.ts';

/** What becomes of an acknowledged write. One that a stale master took is lost sooner or later. */
export type Fate = 'kept' | 'stale' | 'lost';

/** One column of a strip: the worst that happened in its stretch of time, or that nothing did. */
export type Cell = Fate | 'silent' | 'ahead';

/** An acknowledgement on a strip. */
export interface Mark {
  readonly at: number;
  readonly fate: Fate;
}

const severity: Readonly<Record<Cell, number>> = { ahead: 0, silent: 0, kept: 1, stale: 2, lost: 3 };

/**
 * A client's run as a row of cells. A single lost write shows, however many of its stretch were kept.
 *
 * @param now a column that has not ended by then is `ahead` until it has something. Default: all have ended.
 */
export function strip(marks: readonly Mark[], window: Window, width: number, now: number = Infinity): Cell[] {
  const cells = Array.from({ length: width }, (_, column): Cell => {
    return timeOf(column + 1, window, width) <= now ? 'silent' : 'ahead';
  });
  for (const { at, fate } of marks) {
    const column = columnOf(at, window, width);
    const cell = cells[column];
    if (cell !== undefined && severity[fate] > severity[cell]) cells[column] = fate;
  }
  return cells;
}

/** The column of a moment. One outside of the window is outside of the strip. */
export function columnOf(at: number, { from, to }: Window, width: number): number {
  return Math.floor(((at - from) / (to - from)) * width);
}

/** The moment at which a column begins. */
function timeOf(column: number, { from, to }: Window, width: number): number {
  return from + (column / width) * (to - from);
}
