import { describe, expect, it } from 'vitest';
import { addressKey, type NodeAddress } from './address.ts';
import {
  isPending,
  majorityOf,
  mayDecide,
  nominations,
  voters,
  witnesses,
  type Sentinels,
  type SentinelView,
} from './consensus.ts';

const A = { host: '10.0.0.1', port: 6379 };
const B = { host: '10.0.0.2', port: 6379 };

interface Said {
  /** What it names as the master; `null`: it does not know the name. */
  readonly master: NodeAddress | null;
  readonly epoch?: number;
  /** The sentinels that it knows: by name, or by id where they are elsewhere now. */
  readonly of?: readonly string[];
}

const addressOf = (name: string): NodeAddress => ({ host: name, port: 26379 });

function view(name: string, state: SentinelView['state'], said?: Said, error?: Error): SentinelView {
  const peers = (said?.of ?? ['s1', 's2', 's3']).filter((one) => one !== name);
  return {
    address: addressOf(name),
    id: `id-${name}`,
    configured: true,
    state,
    lastSeenAt: 0,
    error,
    report: said && {
      master: said.master ?? undefined,
      configEpoch: said.epoch ?? 1,
      leading: false,
      failover: undefined,
      replicas: [],
      undemoted: [],
      peers: peers.map((peer) => ({
        id: peer.startsWith('id-') ? peer : '',
        address: peer.startsWith('id-') ? { host: 'elsewhere', port: 1 } : addressOf(peer),
      })),
      askedAt: 0,
    },
  };
}

const connecting = (name: string): SentinelView => view(name, 'connecting');
const lost = (name: string): SentinelView => view(name, 'lost', undefined, new Error('gone'));
const connected = (name: string): SentinelView => view(name, 'connected');
const refuses = (name: string): SentinelView => view(name, 'connected', undefined, new Error('NOPERM'));
const says = (name: string, master: NodeAddress | null, said: Omit<Said, 'master'> = {}): SentinelView =>
  view(name, 'connected', { master, ...said });

const sentinels = (...views: readonly SentinelView[]): Sentinels =>
  new Map(views.map((one) => [addressKey(one.address), one]));
const names = (views: readonly SentinelView[]): string => views.map(({ address }) => address.host).join(' ');

it.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 3],
  [5, 3],
])('the majority of %d is %d', (count, majority) => {
  expect(majorityOf(count)).toBe(majority);
});

describe('voters are', () => {
  it.each([
    ['nobody of none', [], ''],
    ['all, as long as nobody has answered', [connecting('s1'), lost('s2'), connected('s3')], 's1 s2 s3'],
    ['those connected and those that they name', [says('s1', A), lost('s2'), connecting('s3')], 's1 s2 s3'],
    [
      'not a configured one that was replaced: nobody names it any more',
      [says('s1', A, { of: ['s1', 's4', 's5'] }), lost('s2'), lost('s3'), connecting('s4'), lost('s5')],
      's1 s4 s5',
    ],
    [
      'one that is known by its id, wherever it is now',
      [says('s1', A, { of: ['id-s2'] }), lost('s2')],
      's1 s2',
    ],
    ['one that has yet to answer', [says('s1', A, { of: [] }), connected('s2')], 's1 s2'],
    [
      'all, as long as the only one that answers names nobody: it was reset',
      [says('s1', A, { of: [] }), lost('s2'), lost('s3')],
      's1 s2 s3',
    ],
    ['not one that does not know the name', [says('s1', A), says('s2', null), lost('s3')], 's1 s3'],
  ])('%s', (_, views, expected) => {
    expect(names(voters(sentinels(...views)))).toBe(expected);
  });
});

describe('witnesses are', () => {
  it.each([
    ['those connected that name a master', [says('s1', A), says('s2', B)], 's1:26379 s2:26379'],
    ['not those that do not know the name', [says('s1', null), says('s2', B)], 's2:26379'],
    ['not those that have yet to answer', [connected('s1'), connecting('s2'), lost('s3')], ''],
    ['not one that was lost, whatever it said', [view('s1', 'lost', { master: A })], ''],
  ])('%s', (_, views, expected) => {
    expect(
      witnesses(sentinels(...views))
        .map(([key]) => key)
        .join(' '),
    ).toBe(expected);
  });
});

describe('nominations', () => {
  it.each([
    ['are none where nobody says anything', [connected('s1'), lost('s2')], []],
    ['count who names an address', [says('s1', A), says('s2', A)], [[A, 1, 2]]],
    [
      'know an address however it is spelt',
      [says('s1', { host: '::1', port: 1 }), says('s2', { host: '0:0::1', port: 1 })],
      [[{ host: '::1', port: 1 }, 1, 2]],
    ],
    [
      'have the highest config epoch first, against any number',
      [says('s1', A, { epoch: 4 }), says('s2', A, { epoch: 4 }), says('s3', B, { epoch: 5 })],
      [
        [B, 5, 1],
        [A, 4, 2],
      ],
    ],
    [
      'have the greater number first among equals, as after SENTINEL RESET',
      [says('s1', A, { epoch: 0 }), says('s2', B, { epoch: 0 }), says('s3', B, { epoch: 0 })],
      [
        [B, 0, 2],
        [A, 0, 1],
      ],
    ],
    [
      'have the highest epoch under which an address is named',
      [says('s1', A, { epoch: 3 }), says('s2', A, { epoch: 6 }), says('s3', A, { epoch: 5 })],
      [[A, 6, 3]],
    ],
  ] as const)('%s', (_, views, expected) => {
    const found = nominations(sentinels(...views));
    expect(found.map((one) => [one.address, one.configEpoch, one.supporters.length])).toEqual(expected);
  });
});

describe('a first decision', () => {
  it.each([
    ['waits while nobody has answered', [connected('s1'), connecting('s2'), connecting('s3')], false],
    ['waits for a majority', [says('s1', A), connecting('s2'), connecting('s3')], false],
    ['is taken with a majority', [says('s1', A), says('s2', A), connecting('s3')], true],
    ['is taken when nobody is left to wait for', [says('s1', A), lost('s2'), lost('s3')], true],
    ['waits for one of two that are left', [says('s1', A), lost('s2'), connecting('s3')], false],
    ['does not wait for a refusal', [says('s1', A), refuses('s2'), lost('s3')], true],
    [
      'is not taken by those that do not know the name',
      [says('s1', null), says('s2', null), lost('s3')],
      false,
    ],
    ['does not count them either', [says('s1', null), says('s2', null), says('s3', A, { of: ['s3'] })], true],
    ['is not taken where all are gone', [lost('s1'), lost('s2')], false],
  ])('%s', (_, views, expected) => {
    expect(mayDecide(sentinels(...views))).toBe(expected);
  });
});

describe('pending is', () => {
  it.each([
    ['one that is dialled for the first time', connecting('s1'), true],
    ['one that is dialled again', view('s1', 'connecting', undefined, new Error('refused')), false],
    ['one that has yet to answer', connected('s1'), true],
    ['one that has answered', says('s1', A), false],
    ['one that answers that it does not know the name', says('s1', null), false],
    ['one that refuses', refuses('s1'), false],
    ['one that is lost', lost('s1'), false],
  ])('%s: %s', (_, one, expected) => {
    expect(isPending(one)).toBe(expected);
  });
});
