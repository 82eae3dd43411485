import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Everything that is left to chance within a history; the same seed, the same chances. */
export class Chance {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** Both ends included. */
  between(from: number, to: number): number {
    return uniformInt(this.#generator, from, to);
  }

  oneIn(count: number): boolean {
    return this.between(1, count) === 1;
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[this.between(0, list.length - 1)];
  }

  /** From 0 to below 1, in place of `Math.random`. */
  readonly fraction = (): number => this.between(0, 9999) / 10_000;
}
