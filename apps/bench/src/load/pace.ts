import { createHistogram } from 'node:perf_hooks';
import type { BenchClient } from '../clients/client.ts';
import type { Latencies, PaceTask } from './jobs.ts';

const value = 'v'.repeat(32);
const keys = 1000;

/**
 * Gives a command each time that one is due, a SET and a GET in turns. A latency counts from when the command was due,
 * not from when it was given: a client that is held up is late for all that was due in the meantime.
 *
 * Timers are as coarse as what is measured, so the loop looks at the clock in each turn. A turn makes no promises: they
 * would be most of the garbage, and what is measured is when the client's is collected.
 */
export async function pace(client: BenchClient, { perSecond, durationMs }: PaceTask): Promise<Latencies> {
  const latencies = createHistogram({ figures: 3 });
  const total = Math.round((perSecond * durationMs) / 1000);
  const startedAt = performance.now();
  const give = async (n: number): Promise<void> => {
    const key = `load:${n % keys}`;
    await (n % 2 === 0 ? client.set(key, value) : client.get(key));
    const dueAt = startedAt + (n * 1000) / perSecond;
    latencies.record(Math.max(1, Math.round((performance.now() - dueAt) * 1e6)));
  };
  await new Promise<void>((resolve, reject) => {
    let given = 0;
    let answered = 0;
    const answer = (): void => {
      if (++answered === total) resolve();
    };
    const turn = (): void => {
      const due = Math.min(total, 1 + Math.floor(((performance.now() - startedAt) * perSecond) / 1000));
      while (given < due) give(given++).then(answer, reject);
      if (given < total) setImmediate(turn);
    };
    turn();
  });
  const at = (percentile: number): number => latencies.percentile(percentile) / 1e6;
  return { p50: at(50), p95: at(95), p99: at(99), p999: at(99.9) };
}
