import { expect, test } from 'vitest';
import { exitCode, type Outcome } from '../src/outcome.ts';

const flawless: Outcome = {
  client: 'switchmaster-ioredis',
  fault: 'failover',
  acked: 13_000,
  lost: 0,
  failed: 0,
  hung: 0,
  longestGapMs: 80,
  promotedMs: 200,
  announcedMs: 1200,
  heldMs: 130,
  movedMs: 205,
  firstWriteMs: 206,
  superseded: false,
  errors: {},
};

test.each<[string, 0 | 1, Partial<Outcome>]>([
  ['ours, flawless', 0, {}],
  ['ours lost a write', 1, { lost: 1 }],
  ['ours failed a write', 1, { failed: 1 }],
  ['ours never answered a write', 1, { hung: 1 }],
  ['ours failed a write when the master was killed', 0, { fault: 'kill', failed: 1 }],
  ['the other one lost thousands', 0, { client: 'ioredis', lost: 11_000 }],
])('%s: %i', (_, code, change) => {
  expect(exitCode([flawless, { ...flawless, ...change }])).toBe(code);
});
