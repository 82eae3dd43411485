import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LaneRunner } from './lane-runner.ts';
import type { Notes, Work, WorkOrder } from './work.ts';

const title = { name: 'ioredis', title: 'a title', description: 'What it does.', ours: true } as const;
const recorder = { operation: vi.fn<() => void>(), lost: vi.fn<() => void>() };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A lane with one operation each 100 ms. */
function lane(operate: (notes: Notes) => Promise<void>, kind: WorkOrder['kind'] = 'writes'): LaneRunner {
  const begin = async (notes: Notes): Promise<Work> => ({ operate: () => operate(notes), close: () => {} });
  return new LaneRunner(title, { kind, ratePerSecond: 10, maxPending: 60, begin }, recorder);
}

test('counts what was acknowledged and what failed, since the start and since the latest fault', async () => {
  let well = true;
  const runner = lane(() => (well ? Promise.resolve() : Promise.reject(new Error('no'))));
  await runner.start();
  await vi.advanceTimersByTimeAsync(1000);
  runner.noteFault();
  well = false;
  await vi.advanceTimersByTimeAsync(500);
  expect(runner.state()).toMatchObject({
    enabled: true,
    totals: { acknowledged: 10, failed: 5, hung: 0 },
    sinceFault: { acknowledged: 0, failed: 5, hung: 0 },
  });
  expect(runner.sample(false)).toMatchObject({ acknowledged: 10, failed: 5, pending: 0 });
  expect(runner.sample(false)).toMatchObject({ acknowledged: 0, failed: 0, latency: null });
  runner.stop();
});

test('operations without an answer hang, up to a bound, and the gap grows', async () => {
  const runner = lane(() => new Promise(() => {}));
  await runner.start();
  await vi.advanceTimersByTimeAsync(10_000);
  const { totals } = runner.state();
  expect(runner.sample(true)).toMatchObject({ pending: 60, held: true });
  expect(totals).toMatchObject({ acknowledged: 0, failed: 0, longestGapMs: 10_000 });
  expect(totals.hung).toBeGreaterThanOrEqual(49);
  runner.stop();
  expect(runner.sample(false)).toMatchObject({ pending: 0, totals: { hung: 0 } });
});

test('what a stop cuts short is no failure', async () => {
  let fail = (): void => {};
  const runner = lane(() => new Promise((_, reject) => (fail = () => reject(new Error('closed')))));
  await runner.start();
  await vi.advanceTimersByTimeAsync(100);
  runner.stop();
  fail();
  await vi.advanceTimersByTimeAsync(1000);
  expect(runner.state()).toMatchObject({ enabled: false, totals: { acknowledged: 0, failed: 0 } });
});

test('a stop while the client connects closes it as soon as it is there', async () => {
  const close = vi.fn<() => void>();
  let connected = (_work: Work): void => {};
  const begin = (): Promise<Work> => new Promise((resolve) => (connected = resolve));
  const runner = new LaneRunner(
    title,
    { kind: 'writes', ratePerSecond: 10, maxPending: 60, begin },
    recorder,
  );
  const started = runner.start();
  runner.stop();
  connected({ operate: () => Promise.resolve(), close });
  await started;
  expect(close).toHaveBeenCalledOnce();
  expect(runner.enabled).toBe(false);
});

test('a loss counts for the latest fault only if the write was acknowledged shortly before it, or later', async () => {
  const runner = lane(() => Promise.resolve());
  runner.noteFault();
  const now = performance.timeOrigin + performance.now();
  runner.noteLost([now - 5000, now - 10, now + 10]);
  expect(runner.state()).toMatchObject({ totals: { lost: 3 }, sinceFault: { lost: 2 } });
});

test('a cache counts its hits, misses and what it served though it was replaced', async () => {
  const runner = lane(async ({ count }) => {
    count('hits');
    count('lost');
  }, 'cache');
  await runner.start();
  await vi.advanceTimersByTimeAsync(300);
  expect(runner.state().totals).toMatchObject({ acknowledged: 3, lost: 3, cache: { hits: 3, misses: 0 } });
  runner.stop();
});
