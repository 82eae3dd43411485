import { describe, expect, test } from 'vitest';
import { addressKey, type NodeAddress } from './address.ts';
import type { SentinelView } from './consensus.ts';
import { nextDeadline, watchList } from './decisions.ts';
import type { FailoverStage, Notice, Peer } from './sentinel-messages.ts';
import {
  emptyTopology,
  step,
  type Change,
  type Observation,
  type Settings,
  type Topology,
} from './topology.ts';

/*
 * The rules of following a master, as histories: what is seen at which millisecond, and what follows from it.
 * A, B and C are nodes, of which A starts as the master; s1 to s5 are sentinels.
 */

const [A, B, C] = [1, 2, 3].map((n) => ({ host: `10.0.0.${n}`, port: 6379 })) as [
  NodeAddress,
  NodeAddress,
  NodeAddress,
];
const letters = new Map([A, B, C].map((address, index) => [addressKey(address), 'ABC'[index]]));
const letter = (address: NodeAddress | undefined): string =>
  (address && letters.get(addressKey(address))) ?? '-';

const addressOf = (sentinel: string): NodeAddress => ({ host: sentinel, port: 26379 });
const keyOf = (sentinel: string): string => addressKey(addressOf(sentinel));
const peersOf = (sentinel: string, of: readonly string[]): Peer[] =>
  of.filter((one) => one !== sentinel).map((one) => ({ id: `id-${one}`, address: addressOf(one) }));

type See = (now: number) => Observation;

const view =
  (sentinel: string, state: SentinelView['state'], lastSeenAt?: number): See =>
  (now) => ({
    type: 'sentinel',
    sentinel: keyOf(sentinel),
    view: {
      address: addressOf(sentinel),
      id: `id-${sentinel}`,
      configured: true,
      state,
      lastSeenAt: lastSeenAt ?? now,
      error: state === 'lost' ? new Error('gone') : undefined,
      report: undefined,
    },
  });
const connecting = (sentinel: string): See => view(sentinel, 'connecting');
const connected = (sentinel: string): See => view(sentinel, 'connected');
const lost = (sentinel: string, lastSeenAt?: number): See => view(sentinel, 'lost', lastSeenAt);

interface Said {
  readonly leading?: boolean;
  readonly failover?: { readonly stage: FailoverStage; readonly candidate: NodeAddress };
  readonly of?: readonly string[];
  readonly undemoted?: readonly NodeAddress[];
  /** How long ago it was asked; the answer is as old at least. */
  readonly askedMsAgo?: number;
}

const trio = ['s1', 's2', 's3'];
const quintet = { of: ['s1', 's2', 's3', 's4', 's5'] };
const says =
  (sentinel: string, master: NodeAddress | undefined, configEpoch = 1, said: Said = {}): See =>
  (now) => ({
    type: 'report',
    sentinel: keyOf(sentinel),
    askedAt: now - (said.askedMsAgo ?? 0),
    report: {
      master,
      configEpoch,
      leading: said.leading ?? said.failover !== undefined,
      failover: said.failover,
      replicas: [],
      undemoted: said.undemoted ?? [],
      peers: peersOf(sentinel, said.of ?? trio),
    },
  });
const stage =
  (sentinel: string, at: FailoverStage, candidate: NodeAddress): See =>
  () => ({ type: 'notice', sentinel: keyOf(sentinel), notice: { kind: 'failover', stage: at, candidate } });
const aborted =
  (sentinel: string): See =>
  () => ({ type: 'notice', sentinel: keyOf(sentinel), notice: { kind: 'aborted' } });
const isMaster =
  (address: NodeAddress): See =>
  () => ({ type: 'role', address, role: { kind: 'master' } });
const isReplicaOf =
  (address: NodeAddress, of: NodeAddress | undefined): See =>
  () => ({ type: 'role', address, role: { kind: 'replica', of, linkUp: true } });
const isDown =
  (address: NodeAddress): See =>
  () => ({ type: 'role', address, role: { kind: 'unreachable', error: new Error('refused') } });
const suspect =
  (address: NodeAddress): See =>
  () => ({ type: 'suspect', address });
const forgotten =
  (sentinel: string): See =>
  () => ({ type: 'forgotten', sentinel: keyOf(sentinel) });
const notes =
  (sentinel: string, notice: Notice): See =>
  () => ({ type: 'notice', sentinel: keyOf(sentinel), notice });
const tick: See = () => ({ type: 'tick' });

type History = readonly (readonly [at: number, ...See[]])[];

/** Everybody agrees on A with config epoch 1, and A confirms it. */
const settled: History = [
  [0, ...trio.map(connecting), ...trio.map(connected), ...trio.map((s) => says(s, A)), isMaster(A)],
];

const defaults: Settings = {
  switchOn: 'promotion',
  holdTimeoutMs: 2000,
  onMinority: 'continue',
  discoveryTimeoutMs: 300,
  minorityAfterMs: 1000,
};

/** What is no matter of followers. */
const inner: ReadonlySet<Change['type']> = new Set(['ask', 'fault']);

/** Plays a history, with the ticks that the resolver's one timer would give in between. */
function play(history: History, settings: Partial<Settings> = {}): { did: string[]; end: Topology } {
  let topology = emptyTopology({ ...defaults, ...settings }, 0);
  const did: string[] = [];
  const see = (at: number, what: See): void => {
    const [next, changes] = step(topology, what(at), at);
    topology = next;
    for (const change of changes) if (!inner.has(change.type)) did.push(`${at} ${inWords(change)}`);
  };
  let now = 0;
  for (const [at, ...seen] of history) {
    for (let due = nextDeadline(topology, now); due < at; due = nextDeadline(topology, now)) {
      now = due;
      see(now, tick);
    }
    now = at;
    for (const what of seen) see(at, what);
  }
  return { did, end: topology };
}

function inWords(change: Change): string {
  switch (change.type) {
    case 'hold':
      return `hold ${change.reason}`;
    case 'release':
      return `release ${change.reason}`;
    case 'move':
      return change.from
        ? `move ${letter(change.from)}→${letter(change.to)} ${change.reason}`
        : `start ${letter(change.to)}`;
    case 'stale-master':
      return `stale ${letter(change.address)}`;
    case 'minority':
      return change.minority ? 'minority' : 'majority back';
    case 'ask':
    case 'fault':
      return change.type;
  }
}

interface Case {
  readonly title: string;
  readonly history: History;
  readonly did: readonly string[];
  readonly settings?: Partial<Settings>;
}

function cases(rule: string, table: readonly Case[]): void {
  describe(rule, () => {
    test.each(table)('$title', ({ history, settings, did }) => {
      const told = play(history, settings).did.filter(
        (word) => rule.includes('stale') || !word.includes('stale'),
      );
      expect(told).toEqual(did);
    });
  });
}

const start = '0 start A';

/** s1 leads a failover to B, which says that it is the master at 170. */
const promoted: History = [
  ...settled,
  [100, stage('s1', 'selected', B)],
  [101, stage('s1', 'promoting', B)],
  [160, stage('s1', 'waiting', B), isReplicaOf(B, A)],
  [170, isMaster(B)],
];
const promotedWords = [start, '100 hold failover', '170 move A→B promotion'];

cases('rule 1: discovery', [
  {
    title: 'a majority of the sentinels and ROLE make a master',
    history: [
      [0, ...trio.map(connecting), connected('s1'), says('s1', A)],
      [5, isMaster(A)],
      [9, connected('s2'), says('s2', A), isMaster(A)],
    ],
    did: ['9 start A'],
  },
  {
    title: 'one answer is enough where the others have failed',
    history: [
      [0, ...trio.map(connecting), lost('s1'), lost('s3'), connected('s2'), says('s2', A), isMaster(A)],
    ],
    did: ['0 start A'],
  },
  {
    title: 'a hung majority is waited for three times as long as the first answer took',
    history: [[0, ...trio.map(connecting)], [20, connected('s3'), says('s3', A)], [25, isMaster(A)], [1000]],
    did: ['60 start A'],
  },
  {
    title: 'and that for 50 ms at least',
    history: [[0, ...trio.map(connecting)], [2, connected('s3'), says('s3', A)], [3, isMaster(A)], [1000]],
    did: ['50 start A'],
  },
  {
    title: 'and for discoveryTimeoutMs at most',
    history: [
      [0, ...trio.map(connecting)],
      [200, connected('s3'), says('s3', A), isMaster(A)],
      [400, isMaster(A)],
    ],
    did: ['300 start A'],
  },
  {
    title: 'which may be less than 50 ms',
    history: [[0, ...trio.map(connecting)], [2, connected('s3'), says('s3', A), isMaster(A)], [1000]],
    settings: { discoveryTimeoutMs: 30 },
    did: ['30 start A'],
  },
  {
    title: 'who refuses is not waited for at all',
    history: [
      [0, ...trio.map(connecting)],
      [2, connected('s3'), says('s3', A), isMaster(A)],
      [4, lost('s1')],
      [6, lost('s2')],
    ],
    did: ['6 start A'],
  },
  {
    title: 'a majority that comes in time decides at once',
    history: [
      [0, ...trio.map(connecting)],
      [10, connected('s1'), says('s1', A), isMaster(A)],
      [39, connected('s2'), says('s2', A)],
    ],
    did: ['39 start A'],
  },
  {
    title: 'and decides for who knows better',
    history: [
      [0, ...trio.map(connecting)],
      [10, connected('s1'), says('s1', A), isMaster(A)],
      [39, connected('s2'), says('s2', B, 2)],
      [60, isMaster(B)],
    ],
    did: ['60 start B'],
  },
  {
    title: 'who comes later and knows better is followed then',
    history: [
      [0, ...trio.map(connecting)],
      [10, connected('s1'), says('s1', A), isMaster(A)],
      [70, connected('s2'), says('s2', B, 2)],
      [73, isMaster(B)],
    ],
    did: ['50 start A', '70 hold announced', '73 move A→B announcement'],
  },
  {
    title: 'who comes later and knows no better changes nothing',
    history: [
      [0, ...trio.map(connecting)],
      [10, connected('s1'), says('s1', B, 2), isMaster(B)],
      [70, connected('s2'), says('s2', A, 1), isMaster(A)],
    ],
    did: ['50 start B'],
  },
  {
    title: 'nothing is decided before the node says that it is a master, and then at once',
    history: [
      [0, ...trio.map(connecting)],
      [10, connected('s1'), says('s1', A)],
      [90, isMaster(A)],
    ],
    did: ['90 start A'],
  },
  {
    title: 'an answer whose node is no master gets the others the whole wait',
    history: [
      [0, ...trio.map(connecting)],
      [10, connected('s1'), says('s1', A), isReplicaOf(A, B)],
      [280, connected('s2'), says('s2', B, 2), connected('s3'), says('s3', B, 2), isMaster(B)],
    ],
    did: ['280 start B'],
  },
  {
    title: 'so does one whose node is out of reach',
    history: [
      [0, ...trio.map(connecting)],
      [10, connected('s1'), says('s1', A), isDown(A)],
      [280, isMaster(A)],
      [1000],
    ],
    did: ['280 start A'],
  },
  {
    title: 'and one that has a better one beside it, whose node is none',
    history: [
      [0, ...quintet.of.map(connecting)],
      [10, connected('s1'), says('s1', A, 1, quintet), isMaster(A)],
      [20, connected('s2'), says('s2', B, 2, quintet), isReplicaOf(B, A)],
      [299, isMaster(A)],
      [310, isMaster(B)],
    ],
    did: ['310 start B'],
  },
  {
    title: 'a sentinel that does not know the name is no first answer',
    history: [
      [0, ...trio.map(connecting)],
      [2, connected('s1'), says('s1', undefined)],
      [60, connected('s2'), says('s2', A), isMaster(A)],
      [1000],
    ],
    did: ['180 start A'],
  },
  {
    title: 'who holds traffic in a minority gives the others the whole wait',
    history: [[0, ...trio.map(connecting)], [10, connected('s1'), says('s1', A)], [290, isMaster(A)], [400]],
    settings: { onMinority: 'hold' },
    did: ['300 start A'],
  },
  {
    title: 'with switchOn announcement the leader alone decides nothing',
    history: [
      [0, ...trio.map(connecting)],
      [10, connected('s1'), says('s1', A, 2, { leading: true }), isMaster(A)],
      [290, connected('s2'), says('s2', A), isMaster(A)],
    ],
    settings: { switchOn: 'announcement' },
    did: ['290 start A'],
  },
  {
    title: 'the highest config epoch wins against the greater number',
    history: [
      [
        0,
        ...trio.map(connected),
        says('s1', A, 1),
        says('s2', A, 1),
        says('s3', B, 2),
        isMaster(A),
        isMaster(B),
      ],
    ],
    did: ['0 start B'],
  },
  {
    title: 'an address that does not say master is not taken',
    history: [
      [0, ...trio.map(connected), ...trio.map((s) => says(s, A)), isReplicaOf(A, B)],
      [50, isMaster(A)],
    ],
    did: ['50 start A'],
  },
  {
    title: 'one sentinel that is wrong keeps nobody from the master that most name',
    history: [
      [0, ...trio.map(connected), says('s1', B, 1_000_000), says('s2', A), says('s3', A)],
      [5, isReplicaOf(B, A)],
      [6, isMaster(A)],
    ],
    did: ['6 start A'],
  },
  {
    title: 'nor does one that names a node out of reach',
    history: [
      [0, ...trio.map(connected), says('s1', B, 1_000_000), says('s2', A), says('s3', A)],
      [5, isDown(B)],
      [6, isMaster(A)],
      [3000, isMaster(A)],
    ],
    did: ['6 start A', '6 hold announced', '2006 release deadline'],
  },
  {
    title: 'where no majority names another, what says no is waited for',
    history: [
      [
        0,
        ...['s1', 's2'].map(connected),
        says('s1', B, 2, { of: ['s1', 's2'] }),
        says('s2', A, 1, { of: ['s1', 's2'] }),
      ],
      [5, isReplicaOf(B, A)],
      [6, isMaster(A)],
      [50, isMaster(B)],
    ],
    did: ['50 start B'],
  },
  {
    title: 'sentinels that do not know the name have no say',
    history: [
      [0, ...trio.map(connected), says('s1', undefined), says('s2', undefined), says('s3', A), isMaster(A)],
    ],
    did: ['0 start A'],
  },
]);

cases('rules 2 and 3: hold, move, release', [
  {
    title: 'a failover is hold, then move when the candidate says master',
    history: promoted,
    did: promotedWords,
  },
  {
    title: 'what the candidate said before it was being promoted does not count',
    history: [
      ...settled,
      [90, isMaster(B)],
      [100, stage('s1', 'selected', B), isMaster(B)],
      [101, stage('s1', 'promoting', B)],
    ],
    did: [start, '100 hold failover'],
  },
  {
    title: 'without holding there is only the move',
    history: promoted,
    settings: { holdTimeoutMs: undefined },
    did: [start, '170 move A→B promotion'],
  },
  {
    title: 'an abort releases',
    history: [...settled, [100, stage('s1', 'selected', B)], [150, aborted('s1')]],
    did: [start, '100 hold failover', '150 release aborted'],
  },
  {
    title: 'what the leader was asked before its abort does not hold again, when it comes after it',
    history: [
      ...settled,
      [100, stage('s1', 'promoting', B)],
      [150, aborted('s1')],
      [152, says('s1', A, 1, { failover: { stage: 'promoting', candidate: B }, askedMsAgo: 5 })],
    ],
    did: [start, '100 hold failover', '150 release aborted'],
  },
  {
    title: 'a failover that a leader begins after an abort holds',
    history: [
      ...settled,
      [100, stage('s1', 'promoting', B)],
      [150, aborted('s1')],
      [190, says('s1', A, 1, { failover: { stage: 'promoting', candidate: C }, askedMsAgo: 5 })],
      [195, says('s2', A, 1, { failover: { stage: 'promoting', candidate: C }, askedMsAgo: 195 })],
    ],
    did: [start, '100 hold failover', '150 release aborted', '190 hold failover'],
  },
  {
    title: 'two occasions hold for as long as one each, and not for ever in turns',
    history: [
      ...settled,
      [100, stage('s1', 'selected', B)],
      [1000, says('s2', C, 2)],
      [9000, says('s2', C, 2)],
    ],
    did: [start, '100 hold failover', '3000 release deadline'],
  },
  {
    title: 'a candidate that is asked in vain moves nobody by what it said long ago',
    history: [
      ...settled,
      [100, stage('s1', 'waiting', B)],
      [110, lost('s1'), isMaster(B)],
      [600, connected('s1'), stage('s1', 'waiting', B)],
      [610, isMaster(B)],
    ],
    did: [start, '100 hold failover', '610 move A→B promotion'],
  },
  {
    title: 'an abort of another sentinel is no reason for a later release',
    history: [
      ...settled,
      [100, stage('s1', 'selected', B)],
      [120, aborted('s2')],
      [400, isMaster(A), says('s1', A)],
    ],
    did: [start, '100 hold failover', '400 release confirmed'],
  },
  {
    title: 'without holding nothing holds, a lost leader neither',
    history: [...promoted, [180, lost('s1')]],
    settings: { holdTimeoutMs: undefined },
    did: [start, '170 move A→B promotion'],
  },
  {
    title: 'another failover of the same leader is another occasion',
    history: [
      ...settled,
      [100, stage('s1', 'selected', B)],
      [3000, stage('s1', 'selected', C)],
      [9000, tick],
    ],
    did: [
      ...[start, '100 hold failover', '2100 release deadline'],
      ...['3000 hold failover', '5000 release deadline'],
    ],
  },
  {
    title: 'an abort of another sentinel says nothing about the leader',
    history: [...settled, [100, stage('s1', 'selected', B)], [150, aborted('s2')]],
    did: [start, '100 hold failover'],
  },
  {
    title: 'the deadline releases, once and for the whole occasion',
    history: [...settled, [100, stage('s1', 'selected', B)], [3000, stage('s1', 'waiting', B)]],
    did: [start, '100 hold failover', '2100 release deadline'],
  },
  {
    title: 'a promotion after the deadline still moves',
    history: [...settled, [100, stage('s1', 'selected', B)], [3000, stage('s1', 'waiting', B), isMaster(B)]],
    did: [start, '100 hold failover', '2100 release deadline', '3000 move A→B promotion'],
  },
  {
    title: 'a missed abort is made good by what the leader says',
    history: [...settled, [100, stage('s1', 'selected', B)], [400, isMaster(A), says('s1', A)]],
    did: [start, '100 hold failover', '400 release confirmed'],
  },
  {
    title: 'a link that comes up in the middle of a failover is told of it',
    history: [
      ...settled,
      [160, says('s2', A, 1, { failover: { stage: 'waiting', candidate: B } })],
      [170, isMaster(B)],
    ],
    did: [start, '160 hold failover', '170 move A→B promotion'],
  },
  {
    title: "switchOn 'announcement' holds until a sentinel that does not lead announces it",
    history: [
      ...promoted,
      [900, says('s1', B, 2, { leading: true }), isMaster(B)],
      [1000, says('s2', B, 2), isMaster(B)],
    ],
    settings: { switchOn: 'announcement' },
    did: [start, '100 hold failover', '1000 move A→B announcement'],
  },
]);

const undemotedB = { undemoted: [B] };
const doubting = (...doubts: readonly See[]): History => [
  ...settled,
  [90, ...doubts],
  ...promoted.slice(settled.length),
];
const doubted = doubting(says('s2', A, 1, undemotedB));

cases('rule 3: a candidate that another sentinel may turn back', [
  {
    title: 'is the master when it is announced',
    history: [
      ...doubted,
      [1000, stage('s1', 'promoted', B), says('s1', B, 2, { leading: true }), isMaster(B)],
    ],
    did: [start, '100 hold failover', '1000 move A→B announcement'],
  },
  {
    title: 'is the master at once where that sentinel has seen its demotion meanwhile',
    history: [
      ...settled,
      [90, says('s2', A, 1, undemotedB)],
      [100, stage('s1', 'selected', B)],
      [101, says('s2', A)],
      ...promoted.slice(settled.length + 1),
    ],
    did: promotedWords,
  },
  {
    title: 'is turned back, and nobody has moved',
    history: [...doubted, [182, isReplicaOf(B, A)], [1900, aborted('s1'), isMaster(A)]],
    did: [start, '100 hold failover', '1900 release aborted'],
  },
  {
    title: 'is turned back, and the hold ends at its deadline',
    history: [...doubted, [182, isReplicaOf(B, A)], [9000, tick]],
    did: [start, '100 hold failover', '2100 release deadline'],
  },
  {
    title: 'is the master at once without holding',
    history: doubted,
    settings: { holdTimeoutMs: undefined },
    did: [start, '170 move A→B promotion'],
  },
  {
    title: 'is not doubted for what its own leader thinks',
    history: doubting(says('s1', A, 1, undemotedB)),
    did: promotedWords,
  },
  {
    title: 'is not doubted for another node, or by a sentinel that is lost',
    history: doubting(says('s2', A, 1, { undemoted: [C] }), says('s3', A, 1, undemotedB), lost('s3')),
    did: promotedWords,
  },
]);

cases('rule 4: announcements', [
  {
    title: 'the first sentinel that announces moves; the others change nothing',
    history: [
      ...settled,
      [500, says('s2', B, 2)],
      [505, isMaster(B)],
      [600, says('s1', B, 2)],
      [1500, says('s3', B, 2)],
    ],
    did: [start, '500 hold announced', '505 move A→B announcement'],
  },
  {
    title: 'nobody moves to what does not say master',
    history: [...settled, [500, says('s2', B, 2), isReplicaOf(B, A)], [800, says('s1', B, 2)]],
    did: [start, '500 hold announced'],
  },
  {
    title: 'one that is behind, and alone in sight, moves nobody back',
    history: [
      ...promoted,
      [1000, ...trio.map((s) => says(s, B, 2))],
      [5000, lost('s1'), lost('s2'), lost('s3')],
      [9000, connected('s3'), says('s3', A, 1), isMaster(A)],
    ],
    did: [...promotedWords, '6000 minority'],
  },
  {
    title: 'an equal config epoch counts where nobody says otherwise',
    history: [...settled, [100, lost('s2'), lost('s3')], [200, says('s1', B, 1), isMaster(B)]],
    did: [start, '200 move A→B announcement'],
  },
  {
    title: 'what one of two announces is provisional, and held where that one is lost',
    history: [
      ...settled,
      [400, lost('s3')],
      [500, says('s2', B, 2)],
      [505, isMaster(B)],
      [600, lost('s2', 600)],
    ],
    did: [start, '500 hold announced', '505 move A→B announcement', '600 hold leader-lost'],
  },
  {
    title: 'what one announces is not held for once that node says no, and is followed when it says yes',
    history: [...settled, [500, says('s2', B, 9)], [503, isReplicaOf(B, A)], [900, isMaster(B)]],
    did: [start, '500 hold announced', '503 release confirmed', '900 move A→B announcement'],
  },
  {
    title: 'what a majority announces is settled at once',
    history: [
      ...settled,
      [500, isMaster(B), says('s2', B, 2), says('s3', B, 2)],
      [505, isMaster(B)],
      [506, lost('s2')],
    ],
    did: [start, '500 hold announced', '505 move A→B announcement'],
  },
  {
    title: 'other news is another occasion, and the same news is not',
    history: [
      ...settled,
      [500, says('s2', B, 2)],
      [3000, lost('s2')],
      [3100, connected('s2'), says('s2', B, 2)],
      [5000, says('s2', C, 3)],
      [9000, tick],
    ],
    did: [
      ...[start, '500 hold announced', '2500 release deadline'],
      ...['5000 hold announced', '7000 release deadline'],
    ],
  },
  {
    title: 'news that is taken back releases, whatever ended the last failover',
    history: [
      ...settled,
      [100, stage('s1', 'selected', B)],
      [150, aborted('s1')],
      [500, says('s2', B, 2)],
      [600, says('s2', A, 1)],
    ],
    did: [
      ...[start, '100 hold failover', '150 release aborted'],
      ...['500 hold announced', '600 release confirmed'],
    ],
  },
  {
    title: 'a sentinel that is not known, or was forgotten, says nothing',
    history: [...settled, [100, says('s9', B, 9), isMaster(B)]],
    did: [start],
  },
  {
    title: 'an announcement that nobody confirms holds for no longer than allowed',
    history: [...settled, [500, says('s2', B, 2)], [4000, tick]],
    did: [start, '500 hold announced', '2500 release deadline'],
  },
]);

cases('rule 5: a move at promotion is provisional', [
  {
    title: 'a majority of the reachable sentinels settles it',
    history: [...promoted, [900, says('s1', B, 2)], [1000, says('s2', B, 2)], [1100, lost('s1')]],
    did: promotedWords,
  },
  {
    title: 'sentinels that still name the old master do not call back',
    history: [
      ...promoted,
      [300, ...trio.map((s) => says(s, A, 1, { leading: s === 's1' })), isMaster(A)],
      [2000, isMaster(A)],
    ],
    did: promotedWords,
  },
  {
    title: 'a lost leader holds; the others end it by agreeing',
    history: [...promoted, [180, lost('s1')], [900, says('s2', B, 2), says('s3', B, 2)]],
    did: [...promotedWords, '180 hold leader-lost', '900 release confirmed'],
  },
  {
    title: 'a lost leader holds; the others still name the old master when an announcement is overdue: back',
    history: [
      ...promoted,
      [180, lost('s1')],
      [1000, says('s2', A), isMaster(A)],
      [1700, says('s3', A), isMaster(A)],
    ],
    did: [...promotedWords, '180 hold leader-lost', '1700 move B→A undone'],
  },
  {
    title: 'a lost leader and a dead old master: held until the sentinels find another',
    history: [
      ...promoted,
      [180, lost('s1'), isDown(A)],
      [9000, isDown(A)],
      [20_000, stage('s2', 'selected', C)],
      [20_100, stage('s2', 'waiting', C), isMaster(C)],
    ],
    did: [...promotedWords, '180 hold leader-lost', '20100 move B→C promotion'],
  },
  {
    title: 'a leader that is done, and has yet to be heard by the others, is not followed back',
    history: [
      ...promoted,
      [1000, says('s1', B, 2, { leading: true })],
      [1900, says('s1', B, 2), isMaster(A), isMaster(B)],
    ],
    did: promotedWords,
  },
  {
    title: 'a lost leader that is back, and names what it promoted, ends the hold',
    history: [
      ...promoted,
      [180, lost('s1')],
      [900, connected('s1'), says('s1', B, 2, { leading: true })],
      [2000, isMaster(A), isMaster(B)],
    ],
    did: [...promotedWords, '180 hold leader-lost', '900 release confirmed'],
  },
  {
    title: 'a failover whose leader has not heard of the promotion is overtaken by it',
    history: [
      ...promoted,
      [1000, says('s1', B, 3, { failover: { stage: 'promoted', candidate: B } })],
      [1100, stage('s2', 'promoting', C)],
      [1110, says('s2', A, 1, { failover: { stage: 'promoting', candidate: C } })],
      [1200, stage('s2', 'waiting', C), isMaster(C), isMaster(B)],
    ],
    did: [...promotedWords, '1100 hold failover', '1110 release confirmed'],
  },
  {
    title: 'a failover that follows one nobody has agreed to yet is not called back by it',
    history: [
      ...promoted,
      [200, ...['s4', 's5'].flatMap((s) => [connected(s), says(s, A)])],
      [1000, says('s1', B, 2, { failover: { stage: 'promoted', candidate: B } })],
      [1100, says('s2', B, 2, { failover: { stage: 'promoting', candidate: C } })],
      [1150, isMaster(C), says('s1', B, 2), isMaster(B)],
    ],
    did: [...promotedWords, '1100 hold failover', '1150 move B→C promotion'],
  },
  {
    title: 'an older promotion that one sentinel announces late does not win over a newer one',
    history: [
      ...promoted,
      [1000, says('s1', B, 3, { leading: true })],
      [1010, lost('s1')],
      [1100, says('s2', C, 2), isMaster(C)],
    ],
    did: [...promotedWords, '1010 hold leader-lost'],
  },
  {
    title: 'half of those in reach are no majority',
    history: [
      ...promoted,
      [300, lost('s3')],
      [1000, says('s1', B, 2, { leading: true })],
      [1100, lost('s1')],
      [1101, tick],
    ],
    did: [...promotedWords, '1100 hold leader-lost'],
  },
  {
    title: 'a leader that is told of again is not lost',
    history: [...promoted, [180, connected('s1')]],
    did: promotedWords,
  },
  {
    title: 'another sentinel cannot give up for the leader',
    history: [
      ...promoted,
      [200, aborted('s2')],
      [300, says('s2', A), says('s3', A), isMaster(A)],
      [2000, isMaster(A)],
    ],
    did: promotedWords,
  },
  {
    title: 'two that are left and disagree call nobody back',
    history: [
      ...promoted,
      [180, lost('s1')],
      [1000, says('s2', A), says('s3', C)],
      [2000, isMaster(A), isMaster(C)],
    ],
    did: [...promotedWords, '180 hold leader-lost'],
  },
  {
    title: 'an announcement is overdue at its deadline, not after it',
    history: [...promoted, [180, lost('s1')], [1670, isMaster(A)], [1671, tick]],
    did: [...promotedWords, '180 hold leader-lost', '1670 move B→A undone'],
  },
  {
    title: 'a promotion that was given up holds nobody again because its leader still names it',
    history: [
      ...promoted,
      [10_000, aborted('s1'), isMaster(A)],
      [10_100, says('s1', A, 1, { failover: { stage: 'waiting', candidate: B } })],
    ],
    did: [...promotedWords, '10000 move B→A undone'],
  },
  {
    title: 'the master before the last may be promoted again, also where that is only reported',
    history: [
      ...promoted,
      [1000, ...trio.map((s) => says(s, B, 2))],
      [5000, says('s2', B, 2, { failover: { stage: 'promoting', candidate: A } })],
    ],
    did: [...promotedWords, '5000 hold failover'],
  },
  {
    title: 'a leader that is slow to end an older failover is not listened to',
    history: [
      ...settled,
      [100, ...trio.map((s) => says(s, A, 5))],
      [200, says('s1', A, 5, { failover: { stage: 'promoted', candidate: B } })],
    ],
    did: [start],
  },
  {
    title: 'a lost leader calls its failover off when an announcement is overdue, not after it',
    history: [...settled, [100, stage('s1', 'selected', B)], [120, lost('s1')], [1600, isMaster(A)]],
    did: [start, '100 hold failover', '1600 release confirmed'],
  },
  {
    title: 'a leader that gives up is followed back at once',
    history: [...promoted, [10_000, aborted('s1'), isMaster(A)]],
    did: [...promotedWords, '10000 move B→A undone'],
  },
  {
    title: 'a superseding failover wins by its config epoch',
    history: [...promoted, [400, says('s2', C, 3), says('s3', C, 3)], [402, isMaster(C)]],
    did: [...promotedWords, '400 hold announced', '402 move B→C undone'],
  },
  {
    title: 'a leader that is slow to end its failover calls nobody back from a newer one',
    history: [
      ...promoted,
      [1000, says('s1', B, 2, { failover: { stage: 'promoted', candidate: B } }), says('s2', B, 2)],
      [1200, stage('s2', 'selected', C)],
      [1250, stage('s2', 'waiting', C), isMaster(C)],
      [1300, says('s1', B, 2, { failover: { stage: 'promoted', candidate: B } }), isMaster(B)],
    ],
    did: [...promotedWords, '1200 hold failover', '1250 move B→C promotion'],
  },
  {
    title: 'a promotion that was undone holds nobody again because its leader still waits for it',
    history: [
      ...promoted,
      [300, isReplicaOf(B, A), isMaster(A)],
      [5000, says('s1', A, 1, { failover: { stage: 'waiting', candidate: B } })],
    ],
    did: [...promotedWords, '300 hold demoted', '300 move B→A demotion'],
  },
  {
    title: 'a promotion that was undone may be chosen anew',
    history: [
      ...promoted,
      [300, isReplicaOf(B, A), isMaster(A)],
      [5000, stage('s2', 'selected', B)],
      [5060, stage('s2', 'waiting', B), isMaster(B)],
    ],
    did: [
      ...[...promotedWords, '300 hold demoted', '300 move B→A demotion'],
      ...['5000 hold failover', '5060 move A→B promotion'],
    ],
  },
  {
    title: 'a sentinel that is behind moves nobody back',
    history: [
      ...promoted,
      [1000, says('s1', B, 2), says('s2', B, 2), says('s3', B, 2)],
      [5000, lost('s3')],
      [9000, connected('s3'), says('s3', A, 1), isMaster(A)],
      [9100, says('s3', A, 1), isMaster(A)],
    ],
    did: promotedWords,
  },
  {
    title: 'after SENTINEL RESET two of three are a majority',
    history: [
      [0, ...trio.map(connected), ...trio.map((s) => says(s, A, 7)), isMaster(A)],
      [100, lost('s3')],
      [200, says('s1', B, 0), says('s2', B, 0), isMaster(B)],
    ],
    did: [start, '200 move A→B announcement'],
  },
  {
    title: 'after SENTINEL RESET a majority with a lower epoch is followed',
    history: [
      [0, ...trio.map(connected), ...trio.map((s) => says(s, A, 7)), isMaster(A)],
      [100, says('s1', B, 0)],
      [200, says('s2', B, 0)],
      [300, says('s3', B, 0), isMaster(B)],
    ],
    did: [start, '300 move A→B announcement'],
  },
  {
    title: 'a leader lost before the promotion releases when an announcement is overdue',
    history: [...settled, [100, stage('s1', 'selected', B)], [120, lost('s1')], [1650, isMaster(A)]],
    did: [start, '100 hold failover', '1650 release confirmed'],
  },
]);

cases('rule 6: stale masters', [
  {
    title: 'the old master is told of as long as it says master',
    history: [
      ...promoted,
      [1200, isMaster(A)],
      [2200, isMaster(A)],
      [3200, isReplicaOf(A, B)],
      [4200, isMaster(A)],
    ],
    did: [...promotedWords, '1200 stale A', '2200 stale A'],
  },
  {
    title: 'one that cannot be reached may come back as a master, for a minute',
    history: [
      ...promoted,
      [1200, isDown(A)],
      [60_170, isDown(A)],
      [60_171, isMaster(A)],
      [70_000, isDown(A)],
      [70_001, isMaster(A)],
    ],
    did: [...promotedWords, '60171 stale A'],
  },
]);

cases('rule 7: no sentinel in reach', [
  {
    title: 'traffic goes on, and the master stays the master',
    history: [
      ...settled,
      [100, ...trio.map((s) => lost(s))],
      [500, isMaster(A)],
      [5000, isDown(A)],
      [9000, isMaster(A)],
    ],
    did: [start, '1100 minority'],
  },
]);

cases('rule 10: the master is watched', [
  {
    title: 'a master that was demoted behind the sentinels leads to its own master',
    history: [...settled, [100, isReplicaOf(A, C)], [105, isMaster(C)]],
    did: [start, '100 hold demoted', '105 move A→C demotion'],
  },
  {
    title: 'a master that leads nowhere is held for no longer than allowed, until it is a master again',
    history: [
      ...settled,
      [100, isReplicaOf(A, C)],
      [1000, isDown(A)],
      [1500, isReplicaOf(A, C)],
      [5000, isMaster(A)],
      [6000, isReplicaOf(A, C)],
      [9000, tick],
    ],
    did: [
      ...[start, '100 hold demoted', '1000 release confirmed', '1500 hold demoted', '2100 release deadline'],
      ...['6000 hold demoted', '8000 release deadline'],
    ],
  },
  {
    title: 'what it names must confirm it',
    history: [...settled, [100, isReplicaOf(A, C)], [105, isReplicaOf(C, A)], [900, isMaster(A)]],
    did: [start, '100 hold demoted', '900 release confirmed'],
  },
  {
    title: 'a suspicion alone moves nobody',
    history: [...settled, [100, suspect(A)], [101, isMaster(A)]],
    did: [start],
  },
]);

cases('rule 11: minority', [
  {
    title: 'who is told of again is in sight all the while',
    history: [...settled, [100, connected('s1'), connected('s2')], [9000, tick]],
    did: [start],
  },
  {
    title: 'who was forgotten does not count',
    history: [...settled, [100, lost('s1'), lost('s2'), forgotten('s1'), forgotten('s2')], [9000, tick]],
    did: [start],
  },
  {
    title: 'one of three out of sight is none',
    history: [...settled, [100, lost('s1')], [9000, tick]],
    did: [start],
  },
  {
    title: "onMinority 'hold' holds when two of three are gone for longer than their ping deadline",
    history: [...settled, [100, lost('s1'), lost('s2')], [3000, connected('s1')], [3005, says('s1', A)]],
    settings: { onMinority: 'hold' },
    did: [start, '1100 minority', '1100 hold minority', '3005 majority back', '3005 release majority'],
  },
  {
    title: 'who is back is listened to before anything is released: there may be another master',
    history: [
      ...settled,
      [100, lost('s1'), lost('s2')],
      [3000, connected('s1'), isMaster(A)],
      [3005, says('s1', B, 2)],
      [3010, isMaster(B)],
    ],
    settings: { onMinority: 'hold' },
    did: [
      ...[start, '1100 minority', '1100 hold minority', '3005 majority back'],
      '3010 move A→B announcement',
    ],
  },
  {
    title: 'who is back for a moment, and says nothing, was not back',
    history: [
      ...settled,
      [100, lost('s1'), lost('s2')],
      [3000, connected('s1')],
      [4000, lost('s1', 3001)],
      [9000, tick],
    ],
    settings: { onMinority: 'hold' },
    did: [start, '1100 minority', '1100 hold minority'],
  },
  {
    title: 'silence counts from the last byte, not from when it was noticed',
    history: [...settled, [1200, lost('s1', 100), lost('s2', 200)]],
    settings: { onMinority: 'hold' },
    did: [start, '1200 minority', '1200 hold minority'],
  },
  {
    title: 'one that was replaced, and that nobody names any more, does not count',
    history: [
      ...settled,
      [100, connected('s4'), connected('s5'), lost('s1'), lost('s2')],
      [101, ...['s3', 's4', 's5'].map((s) => says(s, A, 1, { of: ['s3', 's4', 's5'] }))],
      [5000, tick],
    ],
    settings: { onMinority: 'hold' },
    did: [start],
  },
  {
    title: 'a move goes through while held, and holding goes on after it',
    history: [...settled, [100, lost('s1'), lost('s2')], [2000, says('s3', B, 2), isMaster(B)]],
    settings: { onMinority: 'hold' },
    did: [start, '1100 minority', '1100 hold minority', '2000 move A→B announcement', '2000 hold minority'],
  },
]);

describe('the config epoch', () => {
  test.each<[string, History, number]>([
    ['is what one sentinel says, where that is more', [...settled, [100, says('s1', A, 4)]], 4],
    [
      'goes back by the word of a majority',
      [...settled, [100, says('s1', A, 0), says('s2', A, 0), says('s3', A, 0)]],
      0,
    ],
    ['does not go back by the word of one', [...settled, [100, lost('s2'), lost('s3'), says('s1', A, 0)]], 1],
    [
      'does not go back by the word of one that has just been reset, and names nobody',
      [...settled, [100, lost('s2'), lost('s3'), says('s1', A, 0, { of: [] })]],
      1,
    ],
    [
      'does not go back while the master does not say that it is one',
      [...settled, [100, isDown(A), ...trio.map((s) => says(s, A, 0))]],
      1,
    ],
    [
      'does not go back with a promotion that is undone by what is left of the sentinels',
      [
        ...promoted,
        [1000, says('s1', B, 2, { leading: true }), lost('s1'), lost('s3')],
        [1700, says('s2', A, 1), isMaster(A)],
      ],
      2,
    ],
  ])('%s', (_, history, expected) => {
    expect(play(history).end.configEpoch).toBe(expected);
  });
});

describe('the watch list', () => {
  const paces = (t: Topology, now: number): string =>
    watchList(t, now)
      .map(({ address, pace }) => `${letter(address)} ${pace}`)
      .join(', ');

  test.each<[string, History, string]>([
    ['all is well', settled, 'A steady'],
    [
      'a candidate is asked each few milliseconds',
      [...settled, [100, stage('s1', 'selected', B)]],
      'B urgent, A brisk',
    ],
    ['an old master is looked after', promoted, 'B steady, A steady'],
    [
      'a candidate that is announced is asked once',
      [...settled, [100, stage('s1', 'promoting', B), says('s2', B, 2)]],
      'B urgent, A brisk',
    ],
    ['what is announced is urgent', [...settled, [100, says('s2', B, 2)]], 'B urgent, A steady'],
    [
      'the first one named is asked before anything is decided',
      [[0, ...trio.map(connecting), connected('s1'), says('s1', A)]],
      'A brisk',
    ],
    [
      'a rival is asked before it is followed',
      [...promoted, [180, lost('s1'), says('s2', A), says('s3', A)]],
      'A brisk, B steady',
    ],
    ['a suspect is asked at once', [...settled, [100, suspect(A)]], 'A brisk'],
    ['a demoted master names the next', [...settled, [100, isReplicaOf(A, C)]], 'C brisk, A brisk'],
  ])('%s', (_, history, expected) => {
    const { end } = play(history);
    expect(paces(end, history.at(-1)?.[0] ?? 0)).toBe(expected);
  });

  test('answers of nodes that are not watched are forgotten', () => {
    const { end } = play([...settled, [100, isReplicaOf(C, A)]]);
    expect([...end.roles.keys()]).toEqual([addressKey(A)]);
  });
});

describe('the next deadline', () => {
  test.each<[string, History, number]>([
    ['is that of the discovery', [[0, ...trio.map(connecting)]], 300],
    [
      'is an earlier one once the master has confirmed',
      [
        [0, ...trio.map(connecting)],
        [20, connected('s1'), says('s1', A), isMaster(A)],
      ],
      60,
    ],
    ['is none where all is well', settled, Infinity],
    [
      'is when a failover is overdue, if its leader is lost',
      [...settled, [100, stage('s1', 'selected', B)]],
      1600,
    ],
    ['is the end of a hold', [...settled, [100, says('s1', B, 2)]], 2100],
    ['is when a promotion has to be announced', promoted, 1670],
    ['is when a majority is out of sight', [...settled, [100, lost('s1'), lost('s2')]], 1100],
    [
      'is when the last of a majority is, in whatever order they went',
      [
        [
          0,
          ...quintet.of.flatMap((one) => [connecting(one), connected(one), says(one, A, 1, quintet)]),
          isMaster(A),
        ],
        [300, lost('s1', 200), lost('s2', 50), lost('s3', 100)],
      ],
      1200,
    ],
  ])('%s', (_, history, expected) => {
    expect(nextDeadline(play(history).end, history.at(-1)?.[0] ?? 0)).toBe(expected);
  });
});

test('a discovery that begins later waits as long', () => {
  const began = 1000;
  const [first] = step(emptyTopology(defaults, began), connected('s1')(began), began);
  const [known] = step(first, says('s1', A)(began + 30), began + 30);
  const [confirmed] = step(known, isMaster(A)(began + 31), began + 31);
  const [others] = step(emptyTopology(defaults, began), connecting('s2')(began), began);
  expect(nextDeadline(others, began)).toBe(began + 300);
  expect(confirmed.master).toEqual(A);
  const [alone] = step(first, connecting('s2')(began), began);
  const [named] = step(alone, says('s1', A)(began + 30), began + 30);
  const [waiting] = step(named, isMaster(A)(began + 31), began + 31);
  expect(nextDeadline(waiting, began + 31)).toBe(began + 90);
});

test('what is held for is remembered once, and forgotten with its failover', () => {
  const held: History = [...settled, [100, stage('s1', 'selected', B)], [150, tick], [200, tick]];
  expect(play(held).end.occasions).toHaveLength(1);
  expect(play([...held, [300, aborted('s1')], [400, tick]]).end.occasions).toEqual([]);
  const news: History = [...settled, [500, says('s2', B, 2)], [600, tick], [3000, lost('s2')], [3100, tick]];
  expect(play(news).end.occasions).toHaveLength(1);
});

describe('what is told besides', () => {
  const told = (history: History, ...last: readonly See[]): Change[] => {
    const { end } = play(history);
    const at = 200;
    let topology = end;
    return last.flatMap((see) => {
      const [next, changes] = step(topology, see(at), at);
      topology = next;
      return changes;
    });
  };

  test('a master that stops to say so is a fault once, and all sentinels are asked', () => {
    const once = [{ type: 'ask', sentinel: undefined }, { type: 'fault' }];
    expect(told(settled, isDown(A))).toEqual(once);
    expect(told(settled, isDown(A), isDown(A))).toEqual(once);
    expect(told(settled, isMaster(A), isMaster(A))).toEqual([]);
  });

  test('a choice asks all sentinels what they think of the candidate, later stages the leader', () => {
    expect(told(settled, stage('s1', 'selected', B))).toContainEqual({ type: 'ask', sentinel: undefined });
    expect(told(settled, stage('s1', 'waiting', B))).toContainEqual({ type: 'ask', sentinel: keyOf('s1') });
  });

  test('a suspicion asks all sentinels, a notice the one that it is from', () => {
    expect(told(settled, suspect(A))).toEqual([{ type: 'ask', sentinel: undefined }]);
    expect(told(settled, notes('s2', { kind: 'changed' }))).toEqual([{ type: 'ask', sentinel: keyOf('s2') }]);
  });

  test('a release comes with how long traffic was held', () => {
    const held: History = [...settled, [100, stage('s1', 'selected', B)]];
    expect(told(held, aborted('s1'))).toContainEqual({
      ...{ type: 'release', reason: 'aborted', master: A, heldMs: 100 },
    });
  });

  test('a hold that goes on for another reason has lasted from the first', () => {
    const held: History = [...settled, [100, stage('s1', 'selected', B)], [150, says('s2', C, 2)]];
    const late = [aborted('s1'), says('s2', A, 2)];
    expect(told(held, ...late)).toContainEqual(expect.objectContaining({ type: 'release', heldMs: 100 }));
  });

  test('a minority comes with its numbers', () => {
    const { end } = play([...settled, [50, lost('s1'), lost('s2')]]);
    const [, changes] = step(end, { type: 'tick' }, 1050);
    expect(changes).toEqual([{ type: 'minority', minority: true, reachable: 1, known: 3 }]);
  });

  test('a stale master comes with how long it has been one', () => {
    expect(told(promoted, isMaster(A))).toEqual([{ type: 'stale-master', address: A, master: B, forMs: 30 }]);
  });

  test('who was moved to again is not looked after as an old master', () => {
    const { end } = play([...promoted, [10_000, aborted('s1'), isMaster(A)]]);
    expect(end.retired.map(({ address }) => letter(address))).toEqual(['B']);
  });
});

describe('the phases of a failover', () => {
  const phases = (history: History): object => play(history).end.phases;

  test('are when each was seen first', () => {
    const down = notes('s1', { kind: 'down' });
    const switched = notes('s2', { kind: 'switched', from: A, to: B });
    expect(
      phases([
        ...settled,
        [50, down],
        [60, down, isDown(A)],
        [100, stage('s1', 'selected', B)],
        [160, stage('s1', 'waiting', B)],
        [170, isMaster(B)],
        [900, switched],
        [950, switched],
      ]),
    ).toEqual({
      ...{ downAt: 50, selectedAt: 100, heldAt: 100, promotedAt: 170, movedAt: 170, announcedAt: 900 },
    });
  });

  test('begin with a master that gives no answer, if nobody has said so before', () => {
    expect(phases([...settled, [60, isDown(A)], [70, isDown(A)]])).toEqual({ downAt: 60 });
    expect(phases([...settled, [60, isReplicaOf(A, undefined)]])).not.toHaveProperty('downAt');
  });

  test('are those of the fault at hand', () => {
    expect(phases([...promoted, [5000, stage('s2', 'selected', C)]])).toEqual({
      selectedAt: 5000,
      heldAt: 5000,
    });
  });
});
