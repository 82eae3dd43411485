import { setTimeout as sleep } from 'node:timers/promises';
import { collectGarbage } from './garbage.ts';
import type { Weight } from './jobs.ts';

/** Until what a new connection sets off has ended, and finalizers have run. */
const restMs = 200;
const collections = 3;

export async function weigh(): Promise<Weight> {
  for (let i = 0; i < collections; i++) {
    await sleep(restMs);
    collectGarbage();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapBytes: heapUsed + external, residentBytes: rss };
}
