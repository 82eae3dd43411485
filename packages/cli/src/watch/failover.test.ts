import { describe, expect, test } from 'vitest';
import { type Failover, followFailover } from './failover.ts';
import type { Happening } from './happening.ts';

const a = { host: '10.0.0.1', port: 1 };
const b = { host: '10.0.0.2', port: 2 };

function event(at: number, channel: string, payload: string): Happening {
  return { type: 'event', at, sentinel: { host: 's1', port: 3 }, channel, payload };
}

const master = 'master m 10.0.0.1 1';
const replica = 'slave 10.0.0.2:2 10.0.0.2 2 @ m 10.0.0.1 1';
const moved: Happening = {
  type: 'switch',
  at: 260,
  name: 'm',
  from: a,
  to: b,
  reason: 'promotion',
  configEpoch: 1,
  phases: { promotedAt: 250 },
};
const held: Happening = { type: 'hold', at: 190, name: 'm', reason: 'failover', master: a, candidate: b };

function fold(history: readonly Happening[]): Failover | undefined {
  let failover: Failover | undefined;
  for (const happening of history) failover = followFailover(failover, happening, 'm');
  return failover;
}

const rows: readonly [title: string, history: readonly Happening[], expected: Partial<Failover>][] = [
  [
    'a planned failover has all phases but down',
    [
      event(100, '+elected-leader', master),
      event(180, '+selected-slave', replica),
      held,
      moved,
      event(900, '+switch-master', 'm 10.0.0.1 1 10.0.0.2 2'),
      { type: 'demoted', at: 9000, address: a },
    ],
    {
      from: '10.0.0.1:1',
      to: '10.0.0.2:2',
      startedAt: 100,
      state: 'done',
      times: {
        elected: 100,
        selected: 180,
        hold: 190,
        promoted: 250,
        moved: 260,
        announced: 900,
        demoted: 9000,
      },
    },
  ],
  [
    'a crash begins with the first sentinel that misses the master',
    [
      event(100, '+sdown', master),
      event(130, '+sdown', master),
      event(150, '+odown', `${master} #quorum 2/2`),
    ],
    { times: { down: 100 }, state: 'under-way' },
  ],
  [
    'a master that is back was no failover',
    [event(100, '+sdown', master), event(130, '-sdown', master)],
    { state: 'called-off' },
  ],
  [
    'one that is called off before the promotion ends so',
    [event(100, '+elected-leader', master), event(110, '-failover-abort-no-good-slave', master)],
    { state: 'called-off' },
  ],
  [
    'announcements that come late belong to the failover that is done',
    [
      moved,
      event(900, '+switch-master', 'm 10.0.0.1 1 10.0.0.2 2'),
      event(1900, '+switch-master', 'm 10.0.0.1 1 10.0.0.2 2'),
    ],
    { startedAt: 250, state: 'done', times: { promoted: 250, moved: 260, announced: 900 } },
  ],
  [
    'the next failover is another one, though the last was never announced',
    [moved, event(5000, '+elected-leader', 'master m 10.0.0.2 2')],
    { from: '10.0.0.2:2', to: undefined, startedAt: 5000, times: { elected: 5000 } },
  ],
];

describe('a failover is folded from what happens', () => {
  test.each(rows)('%s', (_, history, expected) => {
    expect(fold(history)).toMatchObject(expected);
  });

  test.each<[string, readonly Happening[]]>([
    ['nothing', []],
    ['a replica that is down', [event(100, '+sdown', replica)]],
    [
      'what another master name goes through',
      [
        event(100, '+elected-leader', 'master other 10.0.0.9 1'),
        event(110, '+switch-master', 'other 10.0.0.9 1 10.0.0.8 1'),
      ],
    ],
  ])('%s is none', (_, history) => {
    expect(fold(history)).toBeUndefined();
  });
});
