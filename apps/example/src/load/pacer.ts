/** What a pacer begins, and how often. */
export interface PacerOptions {
  readonly ratePerSecond: () => number;
  /** `false` while there is no room for another one. */
  readonly begin: () => boolean;
}

const tickMs = 5;
/** What a busy machine has missed is caught up with, as far as it was due in this time. */
const catchUpMs = 50;

/** Begins something at a steady rate, as long as there is room. What finds no room is left out, not made up for. */
export class Pacer {
  readonly #options: PacerOptions;
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  #tickedAt = 0;

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  start(): void {
    this.stop();
    this.#due = 0;
    this.#tickedAt = performance.now();
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const perMs = this.#options.ratePerSecond() / 1000;
    const most = Math.max(1, catchUpMs * perMs);
    this.#due = Math.min(most, this.#due + (now - this.#tickedAt) * perMs);
    this.#tickedAt = now;
    while (this.#due >= 1 && this.#options.begin()) this.#due -= 1;
  }
}
