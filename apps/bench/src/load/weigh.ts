import { setTimeout as sleep } from 'node:timers/promises';
import type { Weight } from './jobs.ts';

/** Until what a new connection sets off has ended, and finalizers have run. */
const restMs = 200;
const collections = 3;

/** Needs `--expose-gc`. */
export async function weigh(): Promise<Weight> {
  const { gc } = globalThis;
  if (!gc) throw new Error('memory is measured with --expose-gc');
  for (let i = 0; i < collections; i++) {
    await sleep(restMs);
    gc();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapBytes: heapUsed + external, residentBytes: rss };
}
