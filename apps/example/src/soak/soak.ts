import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@switchmaster/testing';
import type { SoakChoice } from '../arguments.ts';
import { startExample, type ExampleOptions } from '../example.ts';
import { growthIn, type MemorySample, sampleMemory, trendOf } from './memory.ts';
import { PageClient } from './page-client.ts';
import { randomFrom } from './random.ts';
import { playRound, type Round } from './round.ts';

const memoryIntervalMs = 2000;

/** Breaks an example at random by the page's own API, prints a summary, and returns the exit code. */
export async function soak(
  options: ExampleOptions,
  { minutes, seed }: SoakChoice,
  signal: AbortSignal,
): Promise<number> {
  await using example = await startExample(options);
  await using page = new PageClient(example.url);
  signal.addEventListener('abort', () => page.close(), { once: true });
  await until(() => page.topology?.settled, { timeoutMs: 30_000, what: 'the cluster to be settled' });

  const memory: MemorySample[] = [];
  const timer = setInterval(() => memory.push(sampleMemory()), memoryIntervalMs);
  try {
    const rounds = await playRounds(page, { minutes, seed }, signal);
    const { lanes } = await page.state();
    const trend = trendOf(memory);
    const violations = [...rounds.flatMap((round) => round.violations), ...growthIn(trend)];
    const summary = {
      minutes,
      seed,
      rounds: rounds.length,
      faults: countFaults(rounds),
      lanes: Object.fromEntries(lanes.map(({ name, totals }) => [name, totals])),
      connections: page.snapshots,
      memory: trend,
      failed: rounds.flatMap((round) => round.failed),
      violations,
      excused: rounds.flatMap((round) => round.excused),
    };
    process.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
    return violations.length === 0 ? 0 : 1;
  } finally {
    clearInterval(timer);
  }
}

async function playRounds(
  page: PageClient,
  { minutes, seed }: SoakChoice,
  signal: AbortSignal,
): Promise<Round[]> {
  const random = randomFrom(seed);
  const startedAt = performance.now();
  const rounds: Round[] = [];
  while (performance.now() - startedAt < minutes * 60_000) {
    const round = await playRound(page, random, signal);
    rounds.push(round);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const outcome = [...round.violations, ...round.excused].join('; ') || 'well';
    const undone = round.failed.length > 0 ? ` (${round.failed.join(' and ')} did not come about)` : '';
    process.stderr.write(`${seconds} s, ${round.faults.join(' and ') || 'nothing'}${undone}: ${outcome}\n`);
    await sleep(random() * 1000, undefined, { signal });
  }
  return rounds;
}

function countFaults(rounds: readonly Round[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const fault of rounds.flatMap(({ faults }) => faults)) counts[fault] = (counts[fault] ?? 0) + 1;
  return counts;
}
