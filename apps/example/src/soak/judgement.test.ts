import { expect, test } from 'vitest';
import type { FaultName, LaneName, LaneState, Totals } from '../page/messages.ts';
import { costOfPlanned, type Lanes, wrongsOf } from './judgement.ts';

const none: Totals = { acknowledged: 0, failed: 0, hung: 0, lost: 0, unverified: 0, longestGapMs: 0 };

function lane(name: LaneName, totals: Partial<Totals>): LaneState {
  return {
    name,
    title: name,
    description: '',
    ours: !name.endsWith('-sentinel'),
    kind: name === 'cache-manager' ? 'cache' : 'writes',
    enabled: true,
    ratePerSecond: 100,
    maxPending: 100,
    totals: { ...none, ...totals },
    sinceFault: none,
  };
}

const before: Lanes = { lanes: [lane('ioredis', { lost: 2, failed: 1 }), lane('cache-manager', {})] };

const history = (totals: Partial<Record<LaneName, Partial<Totals>>>): Lanes => ({
  lanes: (['ioredis', 'cache-manager', 'ioredis-sentinel'] as const).map((name) =>
    lane(name, { ...before.lanes.find((one) => one.name === name)?.totals, ...totals[name] }),
  ),
});

test.each<{ faults: FaultName[]; after: Lanes; cost: string[]; wrongs: string[] }>([
  { faults: ['failover'], after: history({}), cost: [], wrongs: [] },
  {
    faults: ['failover'],
    after: history({ ioredis: { lost: 5, failed: 2, lastFailure: 'no' } }),
    cost: ['ioredis lost 3 after failover'],
    wrongs: ['ioredis failed 1 times after failover: no'],
  },
  {
    faults: ['stop-sentinel', 'failover'],
    after: history({ ioredis: { lost: 3 } }),
    cost: ['ioredis lost 1 after stop-sentinel and failover'],
    wrongs: [],
  },
  { faults: ['failover', 'failover'], after: history({ ioredis: { lost: 9 } }), cost: [], wrongs: [] },
  { faults: ['kill'], after: history({ ioredis: { lost: 9, failed: 9 } }), cost: [], wrongs: [] },
  { faults: ['failover'], after: history({ 'ioredis-sentinel': { lost: 900 } }), cost: [], wrongs: [] },
  {
    faults: ['freeze'],
    after: history({ 'cache-manager': { lost: 1, failed: 1 } }),
    cost: [],
    wrongs: ['cache-manager lost 1 after freeze'],
  },
])('$faults: cost $cost, wrongs $wrongs', ({ faults, after, cost, wrongs }) => {
  expect(costOfPlanned(before, after, faults)).toEqual(cost);
  expect(wrongsOf(before, after, faults)).toEqual(wrongs);
});
