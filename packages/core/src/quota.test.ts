import { expect, it } from 'vitest';
import { Quota } from './quota.ts';

it('lets so many through within a second, and as many again in the next one', () => {
  const quota = new Quota(3);
  const times = [0, 0, 999, 999, 999, 1000, 1500, 1999, 1999, 5000];
  expect(times.map((atMs) => quota.take(atMs))).toEqual([
    ...[true, true, true, false, false],
    ...[true, true, true, false],
    true,
  ]);
});
