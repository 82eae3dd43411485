/** How much there was at a moment. */
export interface MemorySample {
  readonly rssMb: number;
  readonly heapMb: number;
}

/** What became of the memory from the first half to the second, the warm-up left out. */
export interface MemoryTrend {
  readonly samples: number;
  /** The median. */
  readonly rssMb: { readonly first: number; readonly last: number };
  /** The least, which is what the garbage collection could not free. */
  readonly heapMb: { readonly first: number; readonly last: number };
}

/** The first part of the time, in which code is compiled and buffers are filled. */
const warmUpShare = 0.25;
const mb = 1024 * 1024;

export function sampleMemory(): MemorySample {
  const { rss, heapUsed } = process.memoryUsage();
  return { rssMb: rss / mb, heapMb: heapUsed / mb };
}

export function trendOf(samples: readonly MemorySample[]): MemoryTrend {
  const warm = samples.slice(Math.floor(samples.length * warmUpShare));
  const halves = [warm.slice(0, Math.ceil(warm.length / 2)), warm.slice(Math.floor(warm.length / 2))];
  const [first = [], last = []] = halves;
  const rss = (half: readonly MemorySample[]): number => median(half.map(({ rssMb }) => rssMb));
  const heap = (half: readonly MemorySample[]): number => Math.min(...half.map(({ heapMb }) => heapMb));
  return {
    samples: warm.length,
    rssMb: { first: round(rss(first)), last: round(rss(last)) },
    heapMb: { first: round(heap(first)), last: round(heap(last)) },
  };
}

/** Says where it is not level: more than a fifth above what it was, and not by some megabytes only. */
export function growthIn({ rssMb, heapMb }: MemoryTrend): string[] {
  const grown = (first: number, last: number): boolean => last > first * 1.2 && last > first + 20;
  return [
    ...(grown(rssMb.first, rssMb.last) ? [`RSS grew from ${rssMb.first} to ${rssMb.last} MB`] : []),
    ...(grown(heapMb.first, heapMb.last) ? [`the heap grew from ${heapMb.first} to ${heapMb.last} MB`] : []),
  ];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
