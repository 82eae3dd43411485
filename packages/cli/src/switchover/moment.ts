import { setTimeout as sleep } from 'node:timers/promises';
import { isRowOf } from '../doctor/survey.ts';
import { toNumber, toRows } from '../replies.ts';
import type { Scene } from './scene.ts';
import { until } from './until.ts';

/**
 * While a sentinel fails over it asks its candidate for `INFO` one second after the last time, and learns of the
 * promotion by that. The promotion comes within 300 ms of `SENTINEL FAILOVER`. So who asks for it this long after the
 * last `INFO` has the sentinels announce the new master half a second after the pause, and not 1.2 s. Asked for later
 * than `latest`, the `INFO` may come before the promotion, and the next one is a second away.
 */
const ordinary = {
  bestAgeMs: 650,
  latestAgeMs: 700,
  detail: 'the leader is about to ask the candidate how it is',
};
/** A master that hands over waits until the candidate acknowledges the last byte, which it does once a second. */
const coordinated = {
  bestAgeMs: 0,
  latestAgeMs: 100,
  detail: 'the leader asks the candidate how it is a second from now',
};

/** Waits for the moment that makes the pause short. One that does not come is no harm. */
export async function awaitMoment(scene: Scene, signal: AbortSignal): Promise<string> {
  const deadline = performance.now() + scene.limits.momentMs;
  const what = 'a moment that keeps the pause short';
  const { bestAgeMs, latestAgeMs, detail } = scene.plan.coordinated ? coordinated : ordinary;
  try {
    const youngAge = async (): Promise<number | undefined> => {
      const ageMs = await infoAge(scene);
      return ageMs !== undefined && ageMs <= latestAgeMs ? ageMs : undefined;
    };
    const ageMs = await until(youngAge, { deadline, intervalMs: 25, what, signal });
    await sleep(Math.max(0, bestAgeMs - ageMs), undefined, { signal });
    return detail;
  } catch (error) {
    signal.throwIfAborted();
    return `${(error as Error).message}; writes will wait about a second`;
  }
}

/** How long ago the leader has heard from the candidate, in milliseconds. */
async function infoAge({ leader, plan }: Scene): Promise<number | undefined> {
  const rows = toRows(await leader.request('SENTINEL', 'REPLICAS', plan.name));
  return toNumber(rows.find((row) => isRowOf(row, plan.candidate))?.get('info-refresh'));
}
