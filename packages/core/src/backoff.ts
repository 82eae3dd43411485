export interface BackoffOptions {
  /** The first delay. */
  readonly initialMs: number;
  /** No delay is longer. */
  readonly maxMs: number;
  /** By how much a delay is longer than the one before. Default 2. */
  readonly factor?: number;
  /** The share of each delay that is random, from 0 to 1: with 0.5, 100 ms become 50–100 ms. Default 0.5. */
  readonly jitter?: number;
  /** From 0 to below 1. Default `Math.random`. */
  readonly random?: () => number;
}

/** A delay, and what comes after it. It never changes: starting over is going back to the first one. */
export interface Backoff {
  readonly delayMs: number;
  next(): Backoff;
}

/**
 * Delays that grow exponentially up to a limit. The jitter keeps clients that failed together from coming
 * back together.
 *
 * @example
 * const first = backoff({ initialMs: 100, maxMs: 300, jitter: 0 });
 * [first.delayMs, first.next().delayMs, first.next().next().delayMs]; // [100, 200, 300]
 */
export function backoff(options: BackoffOptions): Backoff {
  const { initialMs, maxMs, factor = 2, jitter = 0.5, random = Math.random } = options;
  const step = (fullMs: number): Backoff =>
    Object.freeze({
      delayMs: Math.round(fullMs * (1 - jitter * random())),
      next: () => step(Math.min(fullMs * factor, maxMs)),
    });
  return step(Math.min(initialMs, maxMs));
}
