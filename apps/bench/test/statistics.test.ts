import { describe, expect, test } from 'vitest';
import type { Run } from '../src/results.ts';
import { median, pairedRatios, percentile, spreadOf, summarize } from '../src/statistics.ts';

function runOf(run: number, outage: number | null): Run {
  return { run, figures: { outage }, loadAverage: 0 };
}

test.each([
  [[7], 7],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[10, 9], 9.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('there is no median of nothing', () => {
  expect(() => median([])).toThrow('no median');
});

test.each([
  [50, 50],
  [99, 99],
  [99.9, 100],
  [100, 100],
  [0, 1],
])('the %d-th percentile of 1 to 100 is %d', (p, expected) => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentile(values, p)).toBe(expected);
});

test('a spread has the number of values, the median and the range', () => {
  expect(spreadOf([5, 1, 9])).toEqual({ n: 3, median: 5, min: 1, max: 9 });
});

test('a summary leaves out what did not happen, and a figure that never did', () => {
  const runs = [
    { run: 1, figures: { outage: 10, move: null, lost: null }, loadAverage: 0 },
    { run: 2, figures: { outage: 30, move: 5, lost: null }, loadAverage: 0 },
  ];
  expect(summarize(runs)).toEqual({
    outage: { n: 2, median: 20, min: 10, max: 30 },
    move: { n: 1, median: 5, min: 5, max: 5 },
  });
});

describe('paired ratios', () => {
  test('compare runs of the same number only', () => {
    const ratios = pairedRatios(
      'outage',
      [runOf(1, 30), runOf(3, 50)],
      [runOf(1, 10), runOf(2, 1), runOf(3, 25)],
    );
    expect(ratios).toEqual([3, 2]);
  });

  test.each([
    ['the client has no figure', [runOf(1, null)], [runOf(1, 10)]],
    ['the other has none', [runOf(1, 10)], [runOf(1, null)]],
    ['that of the other is 0', [runOf(1, 10)], [runOf(1, 0)]],
    ['the other did not take part', [runOf(1, 10)], []],
  ])('leave out a run in which %s', (_, runs, others) => {
    expect(pairedRatios('outage', runs, others)).toEqual([]);
  });
});
