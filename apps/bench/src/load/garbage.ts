/** Needs `--expose-gc`, which every process of a client is given. */
export function collectGarbage(): void {
  const { gc } = globalThis;
  if (!gc) throw new Error('a client is measured with --expose-gc');
  gc();
}
