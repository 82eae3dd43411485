/** One line of a timeline. */
export interface Entry {
  /** Milliseconds after the fault. */
  readonly atMs: number;
  /** `fault`, `sentinels`, `redis`, or a client's name. */
  readonly who: string;
  readonly what: string;
  /** Worse than a client may be. Default: false. */
  readonly bad?: boolean;
}

/** Earliest first. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((a, b) => a.atMs - b.atMs);
}
