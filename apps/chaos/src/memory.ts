/** The heap after garbage collection, before and after. Needs `--expose-gc`; without it there is nothing to say. */
export class MemoryLevel {
  readonly #levels: number[] = [];

  note(): void {
    if (!globalThis.gc) return;
    globalThis.gc();
    this.#levels.push(process.memoryUsage().heapUsed);
  }

  /** The lowest level of the first third of a run and of its last one, in MiB. Undefined for a short run. */
  get trend(): { readonly firstMiB: number; readonly lastMiB: number } | undefined {
    const third = Math.floor(this.#levels.length / 3);
    if (third < 3) return undefined;
    const lowest = (levels: readonly number[]): number =>
      Math.round((Math.min(...levels) / 2 ** 20) * 10) / 10;
    return { firstMiB: lowest(this.#levels.slice(0, third)), lastMiB: lowest(this.#levels.slice(-third)) };
  }
}
