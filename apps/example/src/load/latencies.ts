import type { Latency } from '../page/messages.ts';

/** The latencies of an interval in three numbers, which are measured ones; `null` of none. */
export function summarise(latenciesMs: readonly number[]): Latency | null {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return sorted.length === 0 ? null : { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
