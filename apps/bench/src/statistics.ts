import type { Run, Spread } from './results.ts';

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  if (upper === undefined || lower === undefined) throw new Error('there is no median of nothing');
  return (lower + upper) / 2;
}

/** The `p`-th percentile (0 to 100), by the nearest rank. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
  if (found === undefined) throw new Error('there is no percentile of nothing');
  return found;
}

export function spreadOf(values: readonly number[]): Spread {
  return { n: values.length, median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The spread of each figure that has a number in one of the runs at least. */
export function summarize(runs: readonly Run[]): Record<string, Spread> {
  const names = new Set(runs.flatMap(({ figures }) => Object.keys(figures)));
  const entries = [...names].flatMap((name): [string, Spread][] => {
    const values = runs.flatMap(({ figures }) => figures[name] ?? []);
    return values.length > 0 ? [[name, spreadOf(values)]] : [];
  });
  return Object.fromEntries(entries);
}

/**
 * A figure of one client over that of another, run by run: what disturbed both disturbs the ratio less. Runs in which
 * either has none, or the other's is 0, are left out.
 */
export function pairedRatios(figure: string, runs: readonly Run[], others: readonly Run[]): number[] {
  return runs.flatMap(({ run, figures }) => {
    const value = figures[figure];
    const base = others.find((other) => other.run === run)?.figures[figure];
    return value === undefined || value === null || !base ? [] : [value / base];
  });
}
