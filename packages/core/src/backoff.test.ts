import { describe, expect, it } from 'vitest';
import { type Backoff, backoff } from './backoff.ts';

function delays(first: Backoff, count: number): number[] {
  const list: number[] = [];
  for (let step = first; list.length < count; step = step.next()) list.push(step.delayMs);
  return list;
}

describe('backoff', () => {
  it.each([
    { is: 'doubles up to the limit', options: { jitter: 0 }, expected: [100, 200, 400, 800, 1000, 1000] },
    { is: 'grows by its factor', options: { jitter: 0, factor: 3 }, expected: [100, 300, 900, 1000] },
    { is: 'stays with a factor of 1', options: { jitter: 0, factor: 1 }, expected: [100, 100, 100] },
    { is: 'starts at the limit at most', options: { jitter: 0, initialMs: 5000 }, expected: [1000, 1000] },
    { is: 'is whole before jitter', options: { random: () => 0 }, expected: [100, 200, 400, 800, 1000] },
    { is: 'loses half to jitter at most', options: { random: () => 1 }, expected: [50, 100, 200, 400, 500] },
    {
      is: 'may be all jitter',
      options: { jitter: 1, random: () => 0.75 },
      expected: [25, 50, 100, 200, 250],
    },
    { is: 'is in whole milliseconds', options: { random: () => 1 / 3 }, expected: [83, 167, 333, 667, 833] },
  ])('$is', ({ options, expected }) => {
    expect(delays(backoff({ initialMs: 100, maxMs: 1000, ...options }), expected.length)).toEqual(expected);
  });

  it('never changes, so that one first delay serves every start', () => {
    const first = backoff({ initialMs: 100, maxMs: 1000 });
    const { delayMs } = first;
    expect(delays(first, 3)[0]).toBe(delayMs);
    expect(first.delayMs).toBe(delayMs);
    expect(Object.isFrozen(first)).toBe(true);
  });

  it('draws anew for each delay', () => {
    const draws = [0, 1, 0];
    const first = backoff({ initialMs: 100, maxMs: 100, random: () => draws.shift() ?? Number.NaN });
    expect(delays(first, 3)).toEqual([100, 50, 100]);
  });

  it('stays at the limit after thousands of failures', () => {
    expect(delays(backoff({ initialMs: 1, maxMs: 30_000, jitter: 0 }), 5000).at(-1)).toBe(30_000);
  });
});
