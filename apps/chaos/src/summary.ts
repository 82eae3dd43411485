import type { Choice } from './arguments.ts';
import type { Outcome } from './episode.ts';
import type { MemoryLevel } from './memory.ts';
import { isExcused } from './verdict.ts';

/** A run in one object. */
export interface Summary {
  readonly seed: number;
  readonly episodes: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly clients: Readonly<Record<string, ClientSummary>>;
  readonly memory: MemoryLevel['trend'];
  readonly violations: readonly string[];
}

/** What became of all writes of a client. */
export interface ClientSummary {
  readonly acknowledged: number;
  /** In episodes without a crash. Anything but 0 is a violation. */
  readonly lostWithoutCrash: number;
  /** In planned failovers during which this process, with the proxies in it, stood still. */
  readonly lostStandingStill: number;
  /** With a master that was killed, frozen or cut off: what asynchronous replication explains. */
  readonly lostInCrashes: number;
  readonly failed: number;
  readonly hung: number;
  readonly longestGapMs: number;
}

/** Clients come and go in every episode: more than that is a leak. */
const mostGrowthMiB = 12;

export function summarize(choice: Choice, outcomes: readonly Outcome[], { trend }: MemoryLevel): Summary {
  const faults: Record<string, number> = {};
  for (const { plan } of outcomes)
    for (const { fault } of plan.steps) faults[fault.name] = (faults[fault.name] ?? 0) + 1;
  const violations = outcomes.flatMap(({ number, violations: found }) =>
    found.map((what) => `episode ${number}: ${what}`),
  );
  if (trend && trend.lastMiB > trend.firstMiB + mostGrowthMiB)
    violations.push(`memory grew from ${trend.firstMiB} to ${trend.lastMiB} MiB`);
  return {
    seed: choice.seed,
    episodes: outcomes.length,
    faults,
    refused: outcomes.reduce((sum, { refused }) => sum + refused.length, 0),
    clients: clientSummaries(outcomes),
    memory: trend,
    violations,
  };
}

function clientSummaries(outcomes: readonly Outcome[]): Record<string, ClientSummary> {
  const summaries: Record<string, ClientSummary> = {};
  for (const { plan, accounts, stoodStillMs } of outcomes)
    for (const { client, figures } of accounts) {
      const before = summaries[client];
      const excuse = plan.mayLose ? 'crash' : isExcused({ plan, stoodStillMs }) ? 'still' : 'none';
      const { acked, lost, failed, hung, longestGapMs } = figures;
      summaries[client] = {
        acknowledged: (before?.acknowledged ?? 0) + acked,
        lostWithoutCrash: (before?.lostWithoutCrash ?? 0) + (excuse === 'none' ? lost : 0),
        lostStandingStill: (before?.lostStandingStill ?? 0) + (excuse === 'still' ? lost : 0),
        lostInCrashes: (before?.lostInCrashes ?? 0) + (excuse === 'crash' ? lost : 0),
        failed: (before?.failed ?? 0) + failed,
        hung: (before?.hung ?? 0) + hung,
        longestGapMs: Math.max(before?.longestGapMs ?? 0, longestGapMs),
      };
    }
  return summaries;
}
