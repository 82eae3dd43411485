import { describe, expect, test } from 'vitest';
import { type Executions, type Promotion, tallyOf, type Window } from '../src/faults/tally.ts';
import type { Ack, WriteRecord } from '../src/faults/writer.ts';

const window: Window = { from: 1000, to: 2000 };

/** Writes that were acknowledged at these moments, numbered in this order. */
function recordOf(times: readonly number[], rest: Partial<WriteRecord> = {}): WriteRecord {
  const acks = times.map((at, n): Ack => [n, at]);
  return { issued: acks.length, acks, failed: 0, errors: {}, ...rest };
}

function every(step: number, from: number, to: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

function once(record: WriteRecord): Executions {
  return Array.from({ length: record.issued }, () => 1);
}

describe('an outage', () => {
  const cases: readonly [what: string, acks: readonly number[], outage: number | null][] = [
    ['is the longest time between two acknowledgements', [990, 1010, 1300, 1310, 1900], 590],
    ['counts in full when it began before the fault', [900, 1700, 1900], 800],
    ['begins with the fault where nothing came before', [1400, 1600, 1900], 400],
    ['does not count when it was before the fault', [100, 990, 1300, 1600, 1900], 310],
    ['has no length when it was not over at the end', [990, 1010, 1499], null],
    ['has no length when nothing was ever acknowledged', [], null],
  ];
  test.each(cases)('%s', (_, acks, outage) => {
    const record = recordOf(acks);
    expect(tallyOf(record, window, [], once(record)).outage).toBe(outage);
  });
});

test('an acknowledgement of what is lost does not end an outage', () => {
  const record = recordOf([990, 1010, 1300, 1500, 1600, 1900]);
  expect(tallyOf(record, window, [], [1, 1, 0, 0, 1, 1]).outage).toBe(590);
  expect(tallyOf(record, window, [], [1, 1, 0, 0, 0, 0]).outage).toBeNull();
});

describe('a move', () => {
  const acks = every(100, 1000, 2000);
  const first: Promotion = { at: 1150, announcedAt: 1250 };
  const second: Promotion = { at: 1540, announcedAt: undefined };
  const cases: readonly [
    what: string,
    promotions: readonly Promotion[],
    lost: readonly number[],
    move: number | null,
    fromAnnouncement: number | null,
  ][] = [
    ['ends with the first acknowledgement after the promotion', [first], [], 50, -50],
    ['ends after the last write that is lost', [first], [1200, 1300, 1400], 350, 250],
    ['never was where all is lost from then on', [first], every(100, 1200, 2000), null, null],
    ['is that of the worst failover', [first, second], [1600], 160, null],
    ['never was where one of several was missed', [first, second], every(100, 1600, 2000), null, null],
    [
      'is not undone by what was lost just before the next promotion was seen',
      [first, second],
      [1500],
      60,
      null,
    ],
    ['is none without a promotion', [], [], null, null],
  ];
  test.each(cases)('%s', (_, promotions, lost, move, moveFromAnnouncement) => {
    const executions = acks.map((at) => (lost.includes(at) ? 0 : 1));
    expect(tallyOf(recordOf(acks), window, promotions, executions)).toMatchObject({
      move,
      moveFromAnnouncement,
    });
  });
});

test('what was acknowledged and is absent is lost, what was run again is told, what never ended hangs', () => {
  const record = recordOf([1000, 1200, 1400, 1600, 1800], { issued: 10, failed: 2 });
  // The fourth acknowledged write is absent, the second ran twice, and so did one that was never acknowledged.
  const executions = [1, 2, 1, 0, 1, 0, 3, 1, 0, 0];
  expect(tallyOf(record, window, [], executions)).toMatchObject({
    acked: 5,
    lost: 1,
    failed: 2,
    hung: 3,
    twice: 2,
  });
});
