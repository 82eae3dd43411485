import { describe, expect, it } from 'vitest';
import { addressKey, type NodeAddress } from './address.ts';
import type { SentinelView } from './consensus.ts';
import type { Report } from './sentinel-messages.ts';
import { isSameTopology, snapshot, type Replica, type TopologySnapshot } from './snapshot.ts';
import { emptyTopology, type Topology } from './topology.ts';

const A = { host: 'r1', port: 6379 };
const B = { host: 'r2', port: 6379 };
const C = { host: 'r3', port: 6379 };

const settings = {
  switchOn: 'promotion',
  holdTimeoutMs: 2000,
  onMinority: 'continue',
  discoveryTimeoutMs: 300,
  minorityAfterMs: 1000,
} as const;

const replica = (address: NodeAddress, fields: Partial<Replica> = {}): Replica => ({
  ...{ ...address, healthy: true, masterLinkDownMs: 0, offset: 100, lagBytes: 0, priority: 100 },
  ...fields,
});

function sentinel(name: string, report?: Partial<Report & { askedAt: number }>): [string, SentinelView] {
  const address = { host: name, port: 26379 };
  return [
    addressKey(address),
    {
      ...{ address, id: undefined, configured: true, state: 'connected', lastSeenAt: 0, error: undefined },
      report: report && {
        ...{
          master: A,
          configEpoch: 1,
          leading: false,
          failover: undefined,
          replicas: [],
          undemoted: [],
          peers: [],
          askedAt: 0,
        },
        ...report,
      },
    },
  ];
}

const at = (topology: Partial<Topology>): Topology => ({ ...emptyTopology(settings, 0), ...topology });
const known = { master: A, verified: true, configEpoch: 1 };
const hold = { reason: 'failover', id: 'x', limited: true, since: 0, heldSince: 0 } as const;
const failover = {
  ...{ leader: 's1', leaderLost: false, candidate: B, since: 0, promotingSince: undefined },
  stage: 'selected',
} as const;
const provisional = { leader: 's1', leaderLost: false, aborted: false, since: 0, epochBefore: 1 };

describe('the phase is', () => {
  it.each<[TopologySnapshot['phase'], string, Partial<Topology>]>([
    ['discovering', 'before there is a master', {}],
    ['following', 'once there is one', known],
    ['following', 'also while it has to confirm it again', { ...known, verified: false }],
    ['holding', 'while traffic is held', { ...known, hold, failover }],
    ['provisional', 'until a majority agrees to a move', { ...known, provisional }],
    ['holding', 'while a provisional master is in doubt', { ...known, hold, provisional }],
  ])('%s %s', (phase, _, topology) => {
    expect(snapshot('mymaster', at(topology)).phase).toBe(phase);
  });
});

describe('a snapshot', () => {
  it('has everything that is known', () => {
    const sentinels = new Map([
      sentinel('s1', { replicas: [replica(B)] }),
      ['x', { ...sentinel('s2')[1], configured: false, state: 'lost' }] as const,
    ]);
    expect(snapshot('mymaster', at({ ...known, sentinels, failover, minority: true }))).toEqual({
      name: 'mymaster',
      phase: 'following',
      master: A,
      verified: true,
      candidate: B,
      replicas: [replica(B)],
      sentinels: [
        { host: 's1', port: 26379, state: 'connected', origin: 'configured', master: A, configEpoch: 1 },
        {
          host: 's2',
          port: 26379,
          state: 'lost',
          origin: 'learnt',
          master: undefined,
          configEpoch: undefined,
        },
      ],
      configEpoch: 1,
      minority: true,
    });
  });

  it('is frozen to its depth, and nothing of it is what decisions are made from', () => {
    const topology = at({
      ...known,
      failover,
      sentinels: new Map([sentinel('s1', { replicas: [replica(B)] })]),
    });
    const shown = snapshot('mymaster', topology);
    const parts = [shown, shown.master, shown.candidate, shown.replicas, shown.sentinels];
    for (const part of [...parts, ...shown.replicas, ...shown.sentinels, shown.sentinels[0]?.master]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it.each<[string, [string, SentinelView][], NodeAddress[]]>([
    ['none before anybody has answered', [sentinel('s1')], []],
    [
      'those of the freshest report',
      [
        sentinel('s1', { replicas: [replica(B)], askedAt: 1 }),
        sentinel('s2', { replicas: [replica(B), replica(C)], askedAt: 2 }),
      ],
      [B, C],
    ],
    [
      'those of a sentinel that agrees on the master, though another is fresher',
      [
        sentinel('s1', { replicas: [replica(B)], askedAt: 1 }),
        sentinel('s2', { master: B, replicas: [replica(A), replica(C)], askedAt: 2 }),
      ],
      [B],
    ],
    [
      'not the master, which is still listed where nobody agrees',
      [sentinel('s1', { master: B, replicas: [replica(A), replica(C)] })],
      [C],
    ],
  ])('its replicas: %s', (_, sentinels, expected) => {
    const shown = snapshot('mymaster', at({ ...known, sentinels: new Map(sentinels) }));
    expect(shown.replicas.map(({ host, port }) => ({ host, port }))).toEqual(expected);
  });
});

describe('an event is worth', () => {
  const base = at({ ...known, sentinels: new Map([sentinel('s1', { replicas: [replica(B)] })]) });
  const withReplica = (fields: Partial<Replica>): Topology =>
    at({ ...known, sentinels: new Map([sentinel('s1', { replicas: [replica(B, fields)] })]) });

  it.each<[string, Topology, boolean]>([
    ['nothing: the same again', { ...base }, false],
    [
      'nothing: a report that says the same',
      at({ ...known, sentinels: new Map([sentinel('s1', { replicas: [replica(B)], askedAt: 9 })]) }),
      false,
    ],
    ['nothing: offsets, which grow with each write', withReplica({ offset: 200, lagBytes: 5 }), false],
    ['nothing: how long a link has been down', withReplica({ masterLinkDownMs: 5000 }), false],
    ['something: a replica that is not healthy any more', withReplica({ healthy: false }), true],
    ['something: another priority', withReplica({ priority: 1 }), true],
    ['something: another master', { ...base, master: C }, true],
    ['something: a master that has to confirm it', { ...base, verified: false }, true],
    ['something: a candidate', { ...base, failover }, true],
    ['something: a hold', { ...base, hold }, true],
    ['something: another config epoch', { ...base, configEpoch: 2 }, true],
    ['something: a minority', { ...base, minority: true }, true],
    ['something: one sentinel less', { ...base, sentinels: new Map() }, true],
  ])('%s', (_, changed, worth) => {
    expect(isSameTopology(snapshot('mymaster', base), snapshot('mymaster', changed))).toBe(!worth);
  });
});
