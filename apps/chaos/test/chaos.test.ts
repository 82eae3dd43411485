import { expect, test } from 'vitest';
import { run } from '../src/run.ts';

test('a few episodes on a real cluster: everything that was acknowledged is accounted for', async () => {
  const choice = { seed: 3, seconds: 30, episodes: 2, first: 0, clusters: 1, rate: 200, json: true };
  const told: number[] = [];
  const summary = await run(choice, ({ number }) => told.push(number), new AbortController().signal);
  expect(summary).toMatchObject({ seed: 3, episodes: 2, violations: [] });
  expect(told).toEqual([0, 1]);
  for (const client of ['ioredis', 'node-redis']) {
    expect(summary.clients[client]).toMatchObject({ lostWithoutCrash: 0, hung: 0 });
    expect(summary.clients[client]?.acknowledged).toBeGreaterThan(100);
  }
});
