import { expect, test } from 'vitest';
import { growthIn, trendOf, type MemorySample } from './memory.ts';

function samples(count: number, of: (i: number) => MemorySample): MemorySample[] {
  return Array.from({ length: count }, (_, i) => of(i));
}

test('memory that only fills up in the warm-up is level', () => {
  const trend = trendOf(samples(100, (i) => ({ rssMb: i < 25 ? 50 + 4 * i : 150, heapMb: i < 25 ? i : 60 })));
  expect(trend).toEqual({ samples: 75, rssMb: { first: 150, last: 150 }, heapMb: { first: 60, last: 60 } });
  expect(growthIn(trend)).toEqual([]);
});

test('a heap that is filled and emptied is level, whatever its peaks', () => {
  const trend = trendOf(samples(100, (i) => ({ rssMb: 150, heapMb: 40 + (i % 10) * i })));
  expect(growthIn(trend)).toEqual([]);
});

test('what grows all the time is told', () => {
  const trend = trendOf(samples(100, (i) => ({ rssMb: 100 + 2 * i, heapMb: 40 + i })));
  expect(growthIn(trend)).toEqual([
    expect.stringMatching(/^RSS grew from \d+ to \d+ MB$/),
    expect.stringMatching(/^the heap grew from \d+ to \d+ MB$/),
  ]);
});
