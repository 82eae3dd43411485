import { describe, expect, test } from 'vitest';
import type { NodeFacts, SentinelFacts, Survey } from '../src/doctor/survey.ts';
import { longestPause } from '../src/switchover/pause.ts';
import { decide, type Plan, type Wish } from '../src/switchover/plan.ts';
import { aNode, aSentinel, healthySurvey, masterRow, replicaRow, row } from './healthy-survey.ts';

const wish: Wish = { to: undefined, maxLagBytes: 1000, coordinated: false };
const master = { host: '10.0.0.1', port: 6379 };
const first = { host: '10.0.0.2', port: 6379 };
const second = { host: '10.0.0.3', port: 6379 };

function aReplica(
  host: string,
  info: Readonly<Record<string, string | number>> = {},
  more: Partial<NodeFacts> = {},
): NodeFacts {
  const usual = { master_link_status: 'up', slave_priority: 100, slave_repl_offset: 5000 };
  return aNode(host, { info: row({ ...usual, ...info }), ...more });
}

const healthy: readonly NodeFacts[] = [aNode('10.0.0.1'), aReplica('10.0.0.2'), aReplica('10.0.0.3')];

function surveyWith(nodes: readonly NodeFacts[] = healthy, sentinels?: readonly SentinelFacts[]): Survey {
  return healthySurvey({ nodes, ...(sentinels && { sentinels }) });
}

function withFirst(info: Readonly<Record<string, string | number>>, more?: Partial<NodeFacts>): Survey {
  return surveyWith([aNode('10.0.0.1'), aReplica('10.0.0.2', info, more), aReplica('10.0.0.3')]);
}

function all(more: Partial<SentinelFacts>): SentinelFacts[] {
  return [1, 2, 3].map((number) => aSentinel(number, more));
}

const down = { reason: 'unreachable', message: 'no connection' } as const;

describe('a plan', () => {
  const rows: readonly [what: string, survey: Survey, wish: Wish, plan: Partial<Plan>][] = [
    [
      'puts the candidate before a rival of the same priority',
      surveyWith(),
      wish,
      { master, candidate: first, preferences: [{ address: first, priority: 1, before: 100 }] },
    ],
    ['promotes the replica that was asked for', surveyWith(), { ...wish, to: second }, { candidate: second }],
    [
      'prefers the lowest priority',
      withFirst({ slave_priority: 101 }),
      wish,
      { candidate: second, preferences: [] },
    ],
    ['prefers who is further', withFirst({ slave_repl_offset: 4999 }), wish, { candidate: second }],
    ['leaves out who is too far behind', withFirst({ slave_repl_offset: 3999 }), wish, { candidate: second }],
    [
      'leaves out who is never promoted',
      withFirst({ slave_priority: 0 }),
      wish,
      { candidate: second, preferences: [] },
    ],
    [
      'leaves out who is down',
      withFirst({}, { trouble: down }),
      wish,
      { candidate: second, preferences: [] },
    ],
    [
      'moves a rival away from the best priority',
      withFirst({ slave_priority: 1 }),
      { ...wish, to: second },
      {
        preferences: [
          { address: second, priority: 1, before: 100 },
          { address: first, priority: 2, before: 1 },
        ],
      },
    ],
    [
      'has a sentinel lead that can',
      surveyWith(healthy, [aSentinel(1, { info: row({ sentinel_tilt: 1 }) }), aSentinel(2), aSentinel(3)]),
      wish,
      { sentinels: ['10.0.1.2', '10.0.1.3', '10.0.1.1'].map((host) => ({ host, port: 26_379 })) },
    ],
    [
      'has a sentinel lead a coordinated failover that knows how',
      surveyWith(healthy, [
        aSentinel(1),
        aSentinel(2, { info: row({ valkey_version: '8.1.1' }) }),
        aSentinel(3, { info: row({ valkey_version: '9.1.2' }) }),
      ]),
      { ...wish, coordinated: true },
      {
        coordinated: true,
        sentinels: ['10.0.1.3', '10.0.1.1', '10.0.1.2'].map((host) => ({ host, port: 26_379 })),
      },
    ],
    [
      'knows the shortest down-after-milliseconds',
      surveyWith(healthy, [
        aSentinel(1),
        aSentinel(2),
        aSentinel(3, { master: masterRow({ 'down-after-milliseconds': 900 }) }),
      ]),
      wish,
      { downAfterMs: 900 },
    ],
  ];

  test.each(rows)('%s', (_, survey, wanted, plan) => {
    expect(decide(survey, wanted)).toMatchObject({ kind: 'go', plan });
  });
});

describe('a switchover is not safe', () => {
  const rows: readonly [when: string, survey: Survey, wish: Wish, reasons: readonly string[]][] = [
    ['to the master', surveyWith(), { ...wish, to: master }, ['10.0.0.1:6379 is the master already']],
    [
      'to a stranger',
      surveyWith(),
      { ...wish, to: { host: '10.9.9.9', port: 1 } },
      ['10.9.9.9:1 is no replica of mymaster; its replicas: 10.0.0.2:6379, 10.0.0.3:6379'],
    ],
    [
      'to a replica without a link',
      withFirst({ master_link_status: 'down' }),
      { ...wish, to: first },
      ['10.0.0.2:6379 has no link to the master'],
    ],
    [
      'to the replica of another master',
      withFirst({}, { replicates: second }),
      { ...wish, to: first },
      ['10.0.0.2:6379 replicates 10.0.0.3:6379 and not the master'],
    ],
    [
      'to a replica that the sentinels see down',
      surveyWith(
        healthy,
        all({ replicas: [replicaRow('10.0.0.2', { flags: 'slave,s_down' }), replicaRow('10.0.0.3')] }),
      ),
      { ...wish, to: first },
      ['10.0.0.2:6379 is down or disconnected in the eyes of the sentinels'],
    ],
    [
      'where there is no replica',
      surveyWith([aNode('10.0.0.1')]),
      wish,
      ['mymaster has no replica: there is nobody to promote'],
    ],
    [
      'where no replica is fit',
      surveyWith([aNode('10.0.0.1'), aReplica('10.0.0.2', { slave_priority: 0 })]),
      wish,
      ['10.0.0.2:6379 has replica-priority 0: it is never promoted'],
    ],
    [
      'where sentinels disagree',
      surveyWith(healthy, [aSentinel(1), aSentinel(2), aSentinel(3, { masterAddress: first })]),
      wish,
      ['sentinel 10.0.1.3:26379 names 10.0.0.2:6379 as the master, and others 10.0.0.1:6379'],
    ],
    [
      'during a failover',
      surveyWith(healthy, [
        aSentinel(1, { master: masterRow({ flags: 'master,failover_in_progress' }) }),
        aSentinel(2),
      ]),
      wish,
      ['sentinel 10.0.1.1:26379 is failing over already'],
    ],
    [
      'without a majority of the sentinels',
      surveyWith(healthy, [
        aSentinel(1),
        ...[2, 3].map((n) => aSentinel(n, { trouble: down, masterAddress: undefined })),
      ]),
      wish,
      ['only 1 of 3 sentinels answer, which is no majority'],
    ],
    [
      'without a quorum',
      surveyWith(healthy, all({ quorumTrouble: 'NOQUORUM 1 usable Sentinels' })),
      wish,
      ['no sentinel can lead a failover: NOQUORUM 1 usable Sentinels'],
    ],
    [
      'while all sentinels are in TILT mode',
      surveyWith(healthy, all({ info: row({ sentinel_tilt: 1 }) })),
      wish,
      ['no sentinel can lead a failover: all of them are in TILT mode'],
    ],
    [
      'if it is to be coordinated, and no sentinel knows how',
      surveyWith(healthy, [aSentinel(1), aSentinel(2, { info: row({ valkey_version: '8.1.1' }) })]),
      { ...wish, coordinated: true },
      ['no sentinel that can lead knows SENTINEL FAILOVER … COORDINATED, which came with Valkey 9.0'],
    ],
    [
      'if it is to be coordinated, and whoever knows how cannot lead',
      surveyWith(healthy, [
        aSentinel(1),
        aSentinel(2, { info: row({ valkey_version: '9.0.0', sentinel_tilt: 1 }) }),
      ]),
      { ...wish, coordinated: true },
      ['no sentinel that can lead knows SENTINEL FAILOVER … COORDINATED, which came with Valkey 9.0'],
    ],
    [
      'if it is to be coordinated, and the sentinels are too quick to take a master for dead',
      surveyWith(
        healthy,
        all({
          info: row({ valkey_version: '9.1.2' }),
          master: masterRow({ 'down-after-milliseconds': 2999 }),
        }),
      ),
      { ...wish, coordinated: true },
      ['down-after-milliseconds is 2999, and less than 3000 is too short for a coordinated failover'],
    ],
    [
      'with a master that cannot pause writes',
      surveyWith([aNode('10.0.0.1', { info: row({ redis_version: '6.0.16' }) }), ...healthy.slice(1)]),
      wish,
      ['the master 10.0.0.1:6379 is version 6.0.16; CLIENT PAUSE … WRITE came with 6.2'],
    ],
    [
      'with a master that is none',
      surveyWith([aNode('10.0.0.1', { role: 'replica' }), ...healthy.slice(1)]),
      wish,
      ['10.0.0.1:6379 is named as the master and says that it is none'],
    ],
  ];

  test.each(rows)('%s', (_, survey, wanted, reasons) => {
    expect(decide(survey, wanted)).toEqual({ kind: 'stop', reasons });
  });
});

test.each([
  [5000, 30_000, 5000],
  [5000, 3000, 3000],
  [5000, 1000, 1500],
])(
  'of %d ms for the pause, with down-after-milliseconds %d, %d are used',
  (wantedMs, downAfterMs, expected) => {
    expect(longestPause(wantedMs, downAfterMs)).toBe(expected);
  },
);
