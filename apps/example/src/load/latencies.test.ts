import { expect, test } from 'vitest';
import { summarise } from './latencies.ts';

const oneToHundred = Array.from({ length: 100 }, (_, i) => 100 - i);

test.each([
  { latencies: [], expected: null },
  { latencies: [7], expected: { p50Ms: 7, p99Ms: 7, maxMs: 7 } },
  { latencies: [30, 10], expected: { p50Ms: 10, p99Ms: 30, maxMs: 30 } },
  { latencies: oneToHundred, expected: { p50Ms: 50, p99Ms: 99, maxMs: 100 } },
])('$latencies.length latencies come to $expected', ({ latencies, expected }) => {
  expect(summarise(latencies)).toEqual(expected);
});
