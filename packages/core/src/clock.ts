/** Now, in milliseconds since the epoch, with fractions; it never goes back. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** A timer that does not keep the process alive; returns its undo. */
export function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs).unref();
  return () => clearTimeout(timer);
}

/** The longest delay that timers take. */
export const longestMs: number = 2 ** 31 - 1;
