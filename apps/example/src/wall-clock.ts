/** Milliseconds since 1970, with fractions, and never going back. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}
