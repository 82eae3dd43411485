import TinyQueue from 'tinyqueue';

interface Timer {
  readonly at: number;
  /** Timers for the same moment run in the order in which they were set. */
  readonly order: number;
  run: (() => void) | undefined;
}

/** Time that passes only when told to, and takes none. */
export class VirtualClock {
  #now = 0;
  #order = 0;
  readonly #timers = new TinyQueue<Timer>([], (a, b) => a.at - b.at || a.order - b.order);

  get now(): number {
    return this.#now;
  }

  /** Returns its undo. */
  after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), order: (this.#order += 1), run };
    this.#timers.push(timer);
    return () => {
      timer.run = undefined;
    };
  }

  every(periodMs: number, run: () => void): void {
    this.after(periodMs, () => {
      run();
      this.every(periodMs, run);
    });
  }

  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (let next = this.#timers.peek(); next && next.at <= until; next = this.#timers.peek()) {
      this.#timers.pop();
      this.#now = next.at;
      next.run?.();
    }
    this.#now = until;
  }
}
