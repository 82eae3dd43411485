import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { faults } from '../src/faults.ts';
import type { Outcome } from '../src/outcome.ts';
import { renderRun } from '../src/render-run.ts';
import { renderTable } from '../src/table.ts';
import { renderVerdict } from '../src/verdict.ts';
import type { RunView } from '../src/view.ts';

const plain = pc.createColors(false);
const widths = [79, 119];

const names = ['switchmaster-ioredis', 'ioredis', 'switchmaster-node-redis', 'node-redis'];
const view: RunView = {
  fault: faults.failover,
  stage: 'looking up each acknowledged key',
  window: { from: -1000, to: 18_000 },
  now: undefined,
  clients: names.map((name) => ({
    name,
    marks: [
      { at: -500, fate: 'kept' },
      { at: 5000, fate: 'lost' },
    ],
    note: '0 lost, gap 3,812 ms',
    mood: 'good',
  })),
  timeline: [
    { atMs: 0, who: 'fault', what: 'SENTINEL FAILOVER of 127.0.0.1:25367' },
    { atMs: 11_205, who: 'sentinels', what: '+switch-master to 127.0.0.1:23788, 3 of 3' },
  ],
};

const outcomes = names.map((client): Outcome => ({
  client,
  fault: 'failover',
  acked: 13_630,
  lost: client === 'ioredis' ? 11_044 : 0,
  failed: client === 'node-redis' ? 7 : 0,
  hung: 0,
  longestGapMs: 11_912,
  promotedMs: 200,
  announcedMs: 1200,
  heldMs: 130,
  movedMs: 205,
  firstWriteMs: 206,
  superseded: false,
  errors: {},
}));

describe.each(widths)('in %i columns', (width) => {
  test.each([
    ['a run', renderRun(view, width, plain)],
    ['the table', renderTable(outcomes, width, plain)],
    ['the verdict', renderVerdict(outcomes, plain)],
  ])('%s fits', (_, text) => {
    expect(text.split('\n').filter((line) => line.length > width)).toEqual([]);
  });
});

test('the verdict says what the reader must not miss', () => {
  const lines = renderVerdict(outcomes, plain).split('\n');
  expect(lines).toEqual([
    'planned failover (SENTINEL FAILOVER)',
    expect.stringMatching(/^ {2}switchmaster-ioredis +lost nothing, paused for 11,912 ms$/),
    expect.stringMatching(/^ {2}ioredis +lost 11,044 acknowledged writes$/),
    expect.stringMatching(/^ {2}switchmaster-node-redis +lost nothing/),
    expect.stringMatching(/^ {2}node-redis +failed 7 writes$/),
  ]);
});
