import { describe, expect, test } from 'vitest';
import { longestGap, tallyOf } from '../src/tally.ts';

const ack = (n: number, at: number) => ({ n, at });
const acksAt = (...times: readonly number[]) => times.map((at, n) => ack(n, at));

describe('the longest gap', () => {
  const window = { from: 100, to: 200 };

  test.each([
    ['between two replies', [99, 110, 150, 160, 195], { from: 110, ms: 40 }],
    ['begun before the fault', [60, 120, 150, 180], { from: 60, ms: 60 }],
    ['up to the end, of a client that never recovers', [90, 105], { from: 105, ms: 95 }],
    ['the whole window, without any reply', [], { from: 100, ms: 100 }],
    ['before the window: not counted', [10, 95, 130, 170], { from: 130, ms: 40 }],
    ['after the window: not counted', [99, 140, 160, 199, 900], { from: 99, ms: 41 }],
    ['replies out of order', [160, 99, 120, 190], { from: 120, ms: 40 }],
  ])('%s', (_, times, gap) => {
    expect(longestGap(acksAt(...times), window)).toEqual(gap);
  });
});

describe('the count', () => {
  const window = { from: 0, to: 10 };
  const record = {
    issued: 6,
    acks: [ack(0, 1), ack(1, 2), ack(3, 4)],
    failed: 1,
    errors: { 'Connection is closed.': 1 },
  };

  test.each([
    ['all there', [0, 1, 3], 0],
    ['one missing', [0, 3], 1],
    ['a write that was never acknowledged is there: no matter', [0, 1, 3, 4, 5], 0],
    ['nothing there', [], 3],
  ])('%s', (_, present, lost) => {
    const tally = tallyOf(record, window, (n) => present.includes(n));
    expect(tally).toEqual({ acked: 3, lost, failed: 1, hung: 2, longestGap: { from: 4, ms: 6 } });
  });
});
