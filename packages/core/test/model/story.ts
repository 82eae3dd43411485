import type { VirtualClock } from './clock.ts';

/** A history in words, one line for each thing that happened. */
export class Story {
  readonly lines: string[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  tell(who: string, what: string): void {
    this.lines.push(`${(this.#clock.now / 1000).toFixed(3).padStart(8)}  ${who.padEnd(9)} ${what}`);
  }
}
