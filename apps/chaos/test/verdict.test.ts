import type { LostRun, WriterFigures } from '@switchmaster/testing';
import { describe, expect, test } from 'vitest';
import { faults, type Cost } from '../src/faults.ts';
import type { Plan } from '../src/plan.ts';
import { type Evidence, violations } from '../src/verdict.ts';

const promotedMs = 3000;

describe('an episode is as it should be', () => {
  test.each<[what: string, evidence: Evidence]>([
    ['nothing was lost', evidence({ costs: ['planned'] })],
    ['a crash took the last writes with it', evidence({ runs: [run(1990, 2010, 3005)] })],
    ['nothing was written any more afterwards', evidence({ runs: [run(1990, 2010, undefined)] })],
    [
      'the replication stood still in a planned failover',
      evidence({ costs: ['planned'], runs: [run(2950, 2990, 3100)], stoodStillMs: 80 }),
    ],
  ])('when %s', (_, seen) => {
    expect(violations(seen)).toEqual([]);
  });
});

describe('an episode is not as it should be', () => {
  test.each<[what: string, evidence: Evidence, expected: RegExp]>([
    [
      'a planned failover lost a write',
      evidence({ costs: ['planned'], runs: [run(2950, 2990, 3100)] }),
      /5 acknowledged writes lost without a crash/,
    ],
    ['a write has no answer', evidence({ hung: 2 }), /2 writes never had an answer/],
    [
      'writes from before the fault are gone',
      evidence({ runs: [run(10, 2010, 3005)] }),
      /that no change of the master explains/,
    ],
    [
      'a write that survived is younger than one that did not',
      evidence({ runs: [run(1990, 2010, 2020)] }),
      /that no change of the master explains/,
    ],
    [
      'the new master lost a write',
      evidence({ runs: [run(3500, 3600, 3610)] }),
      /that no change of the master explains/,
    ],
    [
      'standing still has nothing to do with it',
      evidence({ costs: ['nothing'], runs: [run(2950, 2990, 3100)], stoodStillMs: 80 }),
      /lost without a crash/,
    ],
  ])('when %s', (_, seen, expected) => {
    expect(violations(seen)).toEqual([expect.stringMatching(expected)]);
  });
});

interface Case {
  readonly costs?: readonly Cost[];
  readonly runs?: readonly LostRun[];
  readonly hung?: number;
  readonly stoodStillMs?: number;
}

function evidence({ costs = ['master'], runs = [], hung = 0, stoodStillMs = 0 }: Case): Evidence {
  const lost = runs.reduce((sum, { count }) => sum + count, 0);
  const figures: WriterFigures = {
    acked: 1000,
    lost,
    failed: 0,
    hung,
    longestGapMs: 0,
    lostForMs: 0,
    lostRuns: runs,
    errors: [],
  };
  return {
    plan: planOf(costs),
    beganMs: 2000,
    masteryChangesMs: [promotedMs],
    accounts: [{ client: 'one', figures }],
    stoodStillMs,
  };
}

function planOf(costs: readonly Cost[]): Plan {
  const steps = costs.flatMap((cost) => {
    const fault = faults.find((one) => one.cost === cost);
    return fault ? [{ fault, afterMs: 0, dice: 0 }] : [];
  });
  return { steps, mayLose: costs.includes('master') };
}

function run(fromMs: number, toMs: number, untilMs: number | undefined): LostRun {
  return { count: 5, fromMs, toMs, untilMs };
}
