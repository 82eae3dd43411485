import type { NodeAddress } from '../../src/address.ts';
import { Followers, type Follower } from '../../src/follower.ts';
import { step, type Change, type Observation, type Topology } from '../../src/topology.ts';
import type { Invariant } from './referee.ts';
import { realSubject, type Subject } from './resolver.ts';

/** The code under test, broken in one way on purpose, and the promise that it then breaks. */
export interface Mutant {
  readonly what: string;
  readonly breaks: Invariant;
  readonly subject: Subject;
}

type Step = typeof step;

/** Looks at what was decided, and may decide otherwise. */
const judgingBy = (judge: Step): Subject => ({ ...realSubject, step: judge });

/** A rule that never applies: whatever it would have done is as if it had not been seen. */
const without = (isMeant: (change: Change, before: Topology) => boolean): Subject =>
  judgingBy((before, seen, now) => {
    const [after, changes] = step(before, seen, now);
    return changes.some((change) => isMeant(change, before)) ? [before, []] : [after, changes];
  });

const telling = (rewrite: (change: Change) => Change[]): Subject =>
  judgingBy((before, seen, now) => {
    const [after, changes] = step(before, seen, now);
    return [after, changes.flatMap(rewrite)];
  });

const seeing = (rewrite: (seen: Observation, before: Topology) => Observation): Subject =>
  judgingBy((before, seen, now) => step(before, rewrite(seen, before), now));

/** As if this node had just said `master`. */
const believing = (candidateIn: (seen: Observation) => NodeAddress | undefined): Subject =>
  judgingBy((before, seen, now) => {
    const [after, changes] = step(before, seen, now);
    const address = candidateIn(seen);
    if (address === undefined) return [after, changes];
    const [believed, more] = step(after, { type: 'role', address, role: { kind: 'master' } }, now);
    return [believed, [...changes, ...more]];
  });

class DeafToUnfollow extends Followers {
  override add(follower: Follower): () => void {
    super.add(follower);
    return () => {};
  }
}

export const mutants: readonly Mutant[] = [
  {
    what: 'a notification is taken for the fact',
    breaks: 'no move without ROLE',
    subject: believing((seen) =>
      seen.type === 'notice' && seen.notice.kind === 'failover' ? seen.notice.candidate : undefined,
    ),
  },
  {
    what: 'what a sentinel names is taken for the fact',
    breaks: 'no move without ROLE',
    subject: believing((seen) => (seen.type === 'report' ? seen.report.master : undefined)),
  },
  {
    what: 'a move is not told',
    breaks: 'one master',
    subject: telling((change) => (change.type === 'move' && change.from ? [] : [change])),
  },
  {
    what: 'no alarm is ever set',
    breaks: 'holds end',
    subject: { ...realSubject, nextDeadline: () => Infinity },
  },
  {
    what: 'a hold has no deadline',
    breaks: 'holds end',
    subject: without((change) => change.type === 'release' && change.reason === 'deadline'),
  },
  {
    what: 'occasions are forgotten, so that each is held for again',
    breaks: 'holds end',
    subject: judgingBy((before, seen, now) => step({ ...before, occasions: [] }, seen, now)),
  },
  {
    what: 'a release is not told',
    breaks: 'calls in order',
    subject: telling((change) => (change.type === 'release' ? [] : [change])),
  },
  {
    what: 'a hold is told twice',
    breaks: 'calls in order',
    subject: telling((change) => (change.type === 'hold' ? [change, change] : [change])),
  },
  {
    what: 'followers hear on after they stopped',
    breaks: 'nothing after unfollow',
    subject: { ...realSubject, followers: (onError) => new DeafToUnfollow(onError) },
  },
  {
    what: 'the config epoch is that of whoever spoke last',
    breaks: 'epochs only go up',
    subject: judgingBy((before, seen, now) => {
      const configEpoch = seen.type === 'report' ? seen.report.configEpoch : before.configEpoch;
      return step({ ...before, configEpoch }, seen, now);
    }),
  },
  {
    what: 'announcements are not followed',
    breaks: 'ends on the master',
    subject: without(
      (change, { master }) =>
        change.type === 'move' && master !== undefined && change.reason === 'announcement',
    ),
  },
  {
    what: 'promotions are not followed back',
    breaks: 'ends on the master',
    subject: without((change) => change.type === 'move' && ['undone', 'demotion'].includes(change.reason)),
  },
  {
    what: 'reports are not read once there is a master',
    breaks: 'ends on the master',
    subject: seeing((seen, { master }) => (master && seen.type === 'report' ? { type: 'tick' } : seen)),
  },
];
