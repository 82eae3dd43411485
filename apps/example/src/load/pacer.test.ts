import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pacer } from './pacer.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function counting(ratePerSecond: number, room = Infinity): { pacer: Pacer; begun: () => number } {
  let begun = 0;
  const begin = (): boolean => {
    if (begun >= room) return false;
    begun += 1;
    return true;
  };
  return { pacer: new Pacer({ ratePerSecond: () => ratePerSecond, begin }), begun: () => begun };
}

test.each([1, 30, 200, 1000])('%i a second are begun in a second', (rate) => {
  const { pacer, begun } = counting(rate);
  pacer.start();
  vi.advanceTimersByTime(1000);
  expect(begun()).toBe(rate);
  pacer.stop();
  vi.advanceTimersByTime(1000);
  expect(begun()).toBe(rate);
});

test('what found no room is not made up for in one burst', () => {
  let room = false;
  let begun = 0;
  const begin = (): boolean => {
    if (room) begun += 1;
    return room;
  };
  const pacer = new Pacer({ ratePerSecond: () => 100, begin });
  pacer.start();
  vi.advanceTimersByTime(10_000);
  room = true;
  vi.advanceTimersByTime(5);
  expect(begun).toBe(5);
  pacer.stop();
});
