import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Observer, Writer } from '@switchmaster/testing';
import type { Plan } from './plan.ts';
import type { Scene } from './scene.ts';
import { valuesOn } from './values.ts';
import { type Account, violations } from './verdict.ts';

/** What came of an episode. */
export interface Outcome {
  readonly number: number;
  readonly plan: Plan;
  readonly accounts: readonly Account[];
  /** Faults that could not be done as things stood: a failover while another one is in progress. */
  readonly refused: readonly string[];
  readonly violations: readonly string[];
  /** How long this process stood still at most. */
  readonly stoodStillMs: number;
  readonly tookMs: number;
}

/** How to write meanwhile. */
export interface Pace {
  readonly perSecond: number;
}

/** Breaks a cluster as planned, mends it, and looks every acknowledged write up. */
export async function playEpisode(scene: Scene, number: number, plan: Plan, pace: Pace): Promise<Outcome> {
  const beganMs = performance.now();
  const stillness = monitorEventLoopDelay({ resolution: 5 });
  stillness.enable();
  await using observer = await scene.cluster.observe();
  const writers = scene.clients.map((client) => ({
    name: client.name,
    writer: new Writer({
      set: (key, value) => client.set(key, value),
      prefix: `chaos:${number}:${client.name}:`,
      perSecond: pace.perSecond,
    }),
  }));
  const accounts: Account[] = [];
  const found: string[] = [];
  const refused: string[] = [];
  let firstFaultMs = beganMs;
  try {
    for (const { writer } of writers) writer.start();
    await Promise.all(writers.map(({ writer }) => writer.more(20)));
    firstFaultMs = performance.now();
    for (const { fault, afterMs, dice } of plan.steps) {
      await sleep(afterMs);
      await fault
        .begin(scene, dice)
        .catch((error: unknown) => refused.push(`${fault.name}: ${messageOf(error)}`));
    }
    const master = await scene.mend();
    await scene.agree(master);
    await Promise.all(writers.map(({ writer }) => writer.more(50, { timeoutMs: 30_000 })));
    await Promise.all(writers.map(({ writer }) => writer.stop({ patienceMs: 30_000 })));
    for (const { name, writer } of writers)
      accounts.push({ client: name, figures: await writer.check((keys) => valuesOn(master, keys)) });
    await master.command('FLUSHALL');
  } catch (error) {
    found.push(messageOf(error));
  } finally {
    await Promise.all(writers.map(({ writer }) => writer.stop({ patienceMs: 0 })));
  }
  stillness.disable();
  const stoodStillMs = Math.round(stillness.max / 1e6);
  const masteryChangesMs = masteryChanges(observer);
  found.push(...violations({ plan, beganMs: firstFaultMs, masteryChangesMs, accounts, stoodStillMs }));
  const tookMs = performance.now() - beganMs;
  return { number, plan, accounts, refused, violations: found, stoodStillMs, tookMs };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function masteryChanges(observer: Observer): number[] {
  const masters = new Set<string>();
  return observer.roleChanges.flatMap(({ node, role, atMs }) => {
    const was = masters.has(node);
    if (role === 'master') masters.add(node);
    else masters.delete(node);
    return was === (role === 'master') ? [] : [atMs];
  });
}
