/** A write that has come to an end. */
export interface LedgerEntry {
  readonly key: string;
  readonly value: string;
  /** When it was acknowledged or rejected, in milliseconds since 1970. */
  readonly at: number;
  /** `false`: it was rejected, and may have been run all the same. */
  readonly acknowledged: boolean;
}

/** The writes of a lane that have yet to be looked up on the master, in the order in which they ended. */
export class Ledger {
  readonly #entries: LedgerEntry[] = [];
  #acknowledged = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** How many acknowledged ones there are. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  add(entry: LedgerEntry): void {
    this.#entries.push(entry);
    if (entry.acknowledged) this.#acknowledged += 1;
  }

  /** The oldest, those that ended later than `upTo` left out. They stay until they are dropped. */
  oldest(count: number, upTo: number): readonly LedgerEntry[] {
    return this.#entries.slice(0, count).filter(({ at }) => at <= upTo);
  }

  /** Forgets the oldest. */
  drop(count: number): void {
    const dropped = this.#entries.splice(0, count);
    this.#acknowledged -= dropped.filter(({ acknowledged }) => acknowledged).length;
  }
}
