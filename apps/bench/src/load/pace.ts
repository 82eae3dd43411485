import type { BenchClient } from '../clients/client.ts';
import type { PaceTask, Stretch } from './jobs.ts';

const value = 'v'.repeat(32);
const keys = 1000;
/** About 20 microseconds. */
const restSteps = 4000;

/**
 * Gives a command each time that one is due, a SET and a GET in turns. A latency counts from when the command was due,
 * not from when it was given: a client that is held up is late for all that was due in the meantime.
 *
 * Timers are as coarse as what is measured, so the loop looks at the clock in each turn.
 */
export async function pace(client: BenchClient, { stretches }: PaceTask): Promise<readonly number[]> {
  const dueMs = schedule(stretches);
  const latenciesMs = dueMs.map(() => 0);
  const startedAt = performance.now();
  const sinceDue = (n: number): number => performance.now() - startedAt - (dueMs[n] ?? 0);
  const give = async (n: number): Promise<void> => {
    const key = `load:${n % keys}`;
    await (n % 2 === 0 ? client.set(key, value) : client.get(key));
    latenciesMs[n] = sinceDue(n);
  };
  await new Promise<void>((resolve, reject) => {
    let given = 0;
    let answered = 0;
    const answer = (): void => {
      if (++answered === dueMs.length) resolve();
    };
    const turn = (): void => {
      rest();
      while (given < dueMs.length && sinceDue(given) >= 0) give(given++).then(answer, reject);
      if (given < dueMs.length) setImmediate(turn);
    };
    turn();
  });
  const [last] = stretches.slice(-1);
  return last ? latenciesMs.slice(-countOf(last)) : [];
}

/** When each command is due. */
function schedule(stretches: readonly Stretch[]): number[] {
  let endMs = 0;
  return stretches.flatMap((stretch) => {
    const startMs = endMs;
    endMs += stretch.durationMs;
    return Array.from({ length: countOf(stretch) }, (_, n) => startMs + (n * 1000) / stretch.perSecond);
  });
}

function countOf({ perSecond, durationMs }: Stretch): number {
  return Math.round((perSecond * durationMs) / 1000);
}

let idle = 1;

/**
 * To look at the clock makes garbage, and so does each turn of the event loop: done without a rest, to collect that would
 * be most of what is measured.
 */
function rest(): void {
  for (let step = 0; step < restSteps; step++) idle = Math.imul(idle, 48_271);
}
