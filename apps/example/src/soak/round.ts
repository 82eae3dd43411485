import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@switchmaster/testing';
import type { FaultName, LaneState } from '../page/messages.ts';
import { eventLoopDelay } from './event-loop-delay.ts';
import { costOfPlanned, wrongsOf } from './judgement.ts';
import type { PageClient } from './page-client.ts';
import { pick, type Random } from './random.ts';
import { repairsFor } from './repairs.ts';

/** What was done to the cluster, and what came of it. */
export interface Round {
  readonly faults: readonly FaultName[];
  /** Those of them that began and did not come about, such as a promotion that a sentinel turned back. */
  readonly failed: readonly FaultName[];
  /** What a lane should have done and did not. */
  readonly violations: readonly string[];
  /** What this process itself is to blame for, since it was too late to hear of a failover in time. */
  readonly excused: readonly string[];
}

const breaking = ['failover', 'failover', 'kill', 'freeze', 'isolate', 'stop-sentinel'] as const;
/** A second failover waits for twice the failover timeout of the cluster, and a busy machine elects slowly. */
const backWithinMs = 45_000;
const settledWithinMs = 60_000;
const acknowledgements = 20;
/** Less than the time from the choice of a replica to its promotion, on the way of which lies a proxy of this process. */
const lateMs = 40;

/** Breaks the cluster once or twice, looks whether our lanes go on, mends it, and looks again. */
export async function playRound(page: PageClient, random: Random, signal: AbortSignal): Promise<Round> {
  const before = await page.state();
  using delay = eventLoopDelay();
  const faults = [await press(page, pick(random, breaking))];
  if (random() < 0.3) {
    await sleep(random() * 1500, undefined, { signal });
    faults.push(await press(page, pick(random, breaking)));
  }
  const lateByMs = delay.maxMs;
  const done = faults.flatMap((pressed) => pressed?.fault ?? []);
  const failed = faults.flatMap((pressed) => (pressed?.failed ? pressed.fault : []));
  const stopped = await whoStopped(page, `after ${done.join(' and ')}`);
  const violations = [
    // Two at a time may leave the sentinels no replica that was ever in step, until the cluster is mended.
    ...(done.length > 1 ? [] : stopped),
    ...(await mend(page)),
    ...(await whoStopped(page, `after the repair of ${done.join(' and ')}`)),
    ...(await settle(page)),
  ];
  await page.post('/api/verify');
  const after = await page.state();
  const lost = costOfPlanned(before, after, done).map((cost) => `${cost}, event loop late by ${lateByMs} ms`);
  // What is written to a replica while it is promoted, and turned back, is lost with it.
  const isExcused = lateByMs > lateMs || failed.includes('failover');
  return {
    faults: done,
    failed,
    violations: [...violations, ...wrongsOf(before, after, done), ...(isExcused ? [] : lost)],
    excused: isExcused ? lost : [],
  };
}

interface Pressed {
  readonly fault: FaultName;
  readonly failed: boolean;
}

/** Presses a button. `undefined`: it was refused, as it may be in the state that an earlier fault left. */
async function press(page: PageClient, fault: FaultName): Promise<Pressed | undefined> {
  const before = (await page.state()).faultReports.at(-1)?.id ?? 0;
  const { status } = await page.post(`/api/faults/${fault}`);
  if (status === 200) return { fault, failed: false };
  const last = (await page.state()).faultReports.at(-1);
  return last?.state === 'failed' && last.id > before ? { fault, failed: true } : undefined;
}

async function whoStopped(page: PageClient, when: string): Promise<string[]> {
  const { lanes } = await page.state();
  const wait = async ({ name, totals }: LaneState): Promise<string[]> => {
    const goal = totals.acknowledged + acknowledgements;
    const isThere = (): boolean => page.closed || (page.totals.get(name)?.acknowledged ?? 0) >= goal;
    return await until(isThere, { timeoutMs: backWithinMs, intervalMs: 50 }).then(
      () => [],
      () => [`${name} stopped ${when}`],
    );
  };
  return (await Promise.all(lanes.filter(({ ours }) => ours).map(wait))).flat();
}

/** A node that is still the master is not started again before another one is promoted: so it is asked for again. */
async function mend(page: PageClient): Promise<string[]> {
  const isMended = async (): Promise<boolean> => {
    if (page.closed) return true;
    const repairs = repairsFor(page.topology);
    for (const repair of repairs) await press(page, repair);
    return repairs.length === 0;
  };
  return await until(isMended, { timeoutMs: settledWithinMs, intervalMs: 500 }).then(
    () => [],
    () => [`could not be mended: ${repairsFor(page.topology).join(', ')}`],
  );
}

async function settle(page: PageClient): Promise<string[]> {
  return await until(() => page.closed || page.topology?.settled, {
    timeoutMs: settledWithinMs,
    intervalMs: 100,
  }).then(
    () => [],
    () => ['the cluster did not settle'],
  );
}
