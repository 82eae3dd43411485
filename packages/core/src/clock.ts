/** Now, in milliseconds since the epoch, with fractions; it never goes back. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** A timer that does not keep the process alive; returns its undo. */
export function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs).unref();
  return () => clearTimeout(timer);
}

/**
 * A deadline for a peer; returns its undo. A process that was busy for as long has the answer lying there,
 * unread: it reads first, and then looks at the time.
 */
export function deadline(delayMs: number, expired: () => void): () => void {
  let look: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    look = setImmediate(expired).unref();
  }, delayMs).unref();
  return () => {
    clearTimeout(timer);
    clearImmediate(look);
  };
}

/** The longest delay that timers take. */
export const longestMs: number = 2 ** 31 - 1;
