import { monitorEventLoopDelay } from 'node:perf_hooks';

/** By how much this process was late. */
export interface EventLoopDelay extends Disposable {
  /** At most, since the beginning. */
  readonly maxMs: number;
}

const resolutionMs = 10;

/** Measures until it is disposed of. */
export function eventLoopDelay(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    // Each measurement is a timer that should take so long.
    get maxMs() {
      return Math.max(0, Math.round(histogram.max / 1e6) - resolutionMs);
    },
    [Symbol.dispose]: () => void histogram.disable(),
  };
}
