import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Numbers that look random and come again with the same seed. */
export interface Random {
  /** A whole number, both ends included. */
  int(from: number, to: number): number;
  /** One of a list, each as likely as its weight. */
  pick<T extends { readonly weight: number }>(list: readonly [T, ...T[]]): T;
}

/** The numbers of one seed. */
export function seeded(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const int = (from: number, to: number): number => uniformInt(generator, from, to);
  return {
    int,
    pick([first, ...others]) {
      const total = others.reduce((sum, { weight }) => sum + weight, first.weight);
      let left = int(1, total) - first.weight;
      for (const one of others) {
        if (left <= 0) break;
        left -= one.weight;
        first = one;
      }
      return first;
    },
  };
}
