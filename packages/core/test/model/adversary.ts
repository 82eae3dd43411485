import fc from 'fast-check';
import { addressKey } from '../../src/address.ts';
import { watchList } from '../../src/decisions.ts';
import type { Notice } from '../../src/sentinel-messages.ts';
import { emptyTopology, type Observation, type Settings } from '../../src/topology.ts';
import { VirtualClock } from './clock.ts';
import { settings } from './history.ts';
import { Referee } from './referee.ts';
import { realSubject, type Subject } from './resolver.ts';
import { sentinelPort } from './sentinel.ts';
import { nodePort } from './redis-node.ts';
import { Story } from './story.ts';

/** Observations in an order that no Sentinel would bring about; what must never happen does not happen here either. */
export interface Nonsense {
  readonly settings: Pick<Settings, 'switchOn' | 'holdTimeoutMs' | 'onMinority'>;
  readonly seen: readonly { readonly afterMs: number; readonly observation: Observation }[];
}

const sentinelNames = ['s1', 's2', 's3', 's4', 's5'];
const sentinelAddress = (name: string): { host: string; port: number } => ({
  host: name,
  port: sentinelPort,
});
const sentinelName = fc.constantFrom(...sentinelNames);
const sentinel = sentinelName.map((name) => addressKey(sentinelAddress(name)));
const address = fc.constantFrom('A', 'B', 'C', 'D').map((host) => ({ host, port: nodePort }));
const stage = fc.constantFrom('selected', 'promoting', 'waiting', 'promoted');
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 4 });
const only = <const T>(value: T): fc.Arbitrary<T> => fc.constant(value);

const notice: fc.Arbitrary<Notice> = fc.oneof(
  fc.record({ kind: only('failover'), stage, candidate: address }),
  fc.record({ kind: only('failover'), stage, candidate: address }),
  fc.record({ kind: only('switched'), from: address, to: address }),
  fc.constantFrom<Notice>({ kind: 'aborted' }, { kind: 'down' }, { kind: 'changed' }),
);

const report = fc.record({
  master: maybe(address),
  configEpoch: fc.nat(4),
  leading: fc.boolean(),
  failover: fc.option(fc.record({ stage, candidate: address }), { nil: undefined, freq: 1 }),
  replicas: only([]),
  undemoted: fc.option(fc.tuple(address), { nil: [], freq: 3 }),
  peers: fc.subarray(sentinelNames).map((names) => names.map((id) => ({ id, address: sentinelAddress(id) }))),
});

const role = fc.oneof(
  { weight: 4, arbitrary: only({ kind: 'master' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: only('replica'), of: maybe(address), linkUp: fc.boolean() }) },
  { weight: 1, arbitrary: only({ kind: 'unreachable' as const, error: new Error('unreachable') }) },
);

const view = fc
  .record({
    name: sentinelName,
    state: fc.constantFrom('connecting', 'connected', 'connected', 'lost'),
    ago: fc.nat(1500),
  })
  .map(({ name, state, ago }) => ({
    address: sentinelAddress(name),
    id: name,
    configured: true,
    state,
    ago,
  }));

/** `askedAt` and `lastSeenAt` are meant as so long ago, and become moments when they are played. */
const anyObservation: fc.Arbitrary<Observation> = fc.oneof(
  {
    weight: 4,
    arbitrary: view.map(({ ago, ...rest }) => ({
      type: 'sentinel' as const,
      sentinel: addressKey(rest.address),
      view: { ...rest, lastSeenAt: ago, report: undefined, error: undefined },
    })),
  },
  { weight: 1, arbitrary: fc.record({ type: only('forgotten'), sentinel }) },
  { weight: 8, arbitrary: fc.record({ type: only('report'), sentinel, report, askedAt: fc.nat(400) }) },
  { weight: 6, arbitrary: fc.record({ type: only('notice'), sentinel, notice }) },
  { weight: 9, arbitrary: fc.record({ type: only('role'), address, role }) },
  { weight: 1, arbitrary: fc.record({ type: only('suspect'), address }) },
);

export const nonsense: fc.Arbitrary<Nonsense> = fc.record({
  settings,
  seen: fc.array(
    fc.record({ afterMs: fc.oneof(fc.nat(20), fc.nat(300), fc.nat(3000)), observation: anyObservation }),
    {
      maxLength: 60,
      size: 'max',
    },
  ),
});

/** Plays it on the pure part alone, with the ticks that are due; throws what the referee finds. */
export async function playNonsense(
  history: Nonsense,
  subject: Subject = realSubject,
  told = false,
): Promise<string[]> {
  const clock = new VirtualClock();
  const story = told ? new Story(clock) : undefined;
  const referee = new Referee(story);
  const followers = subject.followers((error) => referee.followerThrew(error));
  let topology = emptyTopology(
    { discoveryTimeoutMs: 300, minorityAfterMs: 1500, ...history.settings },
    clock.now,
  );
  const see = (observation: Observation): void => {
    const before = topology;
    const { now } = clock;
    const [after, changes] = subject.step(before, observation, now);
    topology = after;
    for (const change of changes) {
      if (change.type === 'hold' || change.type === 'release') followers.tell(change);
      else if (change.type === 'move' && change.from) followers.tell(change);
    }
    referee.judged({ before, observation, after, changes, now });
    referee.checkWatches(after, watchList(after, now), subject.nextDeadline(after, now), now);
  };
  const client = referee.client('client');
  followers.add(client.follower);
  await Promise.resolve();
  client.joined(topology);
  for (const { afterMs, observation } of history.seen) {
    const until = clock.now + afterMs;
    for (
      let due = subject.nextDeadline(topology, clock.now);
      due < until;
      due = subject.nextDeadline(topology, clock.now)
    ) {
      clock.advance(due - clock.now);
      see({ type: 'tick' });
    }
    clock.advance(until - clock.now);
    see(datedBack(observation, clock.now));
    if (!told) referee.check();
  }
  return story?.lines ?? [];
}

function datedBack(seen: Observation, now: number): Observation {
  if (seen.type === 'report') return { ...seen, askedAt: now - seen.askedAt };
  if (seen.type !== 'sentinel') return seen;
  return { ...seen, view: { ...seen.view, lastSeenAt: now - seen.view.lastSeenAt } };
}
