/** Counts what happens within a second, and says when it is too much. */
export class Quota {
  readonly #perSecond: number;
  #since = -Infinity;
  #taken = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Whether there was one left, at a time in milliseconds. */
  take(atMs: number): boolean {
    if (atMs - this.#since >= 1000) {
      this.#since = atMs;
      this.#taken = 0;
    }
    this.#taken += 1;
    return this.#taken <= this.#perSecond;
  }
}
