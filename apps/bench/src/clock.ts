/** Milliseconds since 1970 with a fraction, which all processes of a machine read alike. */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}
