import { addressKey, sameAddress, type NodeAddress } from './address.ts';
import { majorityOf, nominations, voters, witnesses } from './consensus.ts';
import {
  announced,
  deniedNomination,
  discoveryDueAt,
  failoverAtHand,
  isDenied,
  isInSight,
  mayBeTurnedBack,
  minoritySince,
  namedByMajority,
  phasesAtHand,
  rivalOfProvisional,
  saysMaster,
  successorOf,
} from './evidence.ts';
import type { MoveReason } from './follower.ts';
import { deadlineOf, holdOrRelease } from './holding.ts';
import type { Change, Provisional, Topology } from './topology.ts';

type Emit = (change: Change) => void;
type Rule = (topology: Topology, now: number, emit: Emit) => Topology;

/**
 * How long after a promotion the sentinels may take to agree to it before its leader, if it is lost, counts
 * as having told nobody. A leader asks the promoted replica for `INFO` each second and announces what it
 * hears at once, so a promotion that is announced at all is announced within 1.1 s.
 */
export const announcementTimeoutMs = 1500;

/** Applies every rule once, in this order: what was decided before is settled before anything new is. */
export function decide(topology: Topology, now: number, emit: Emit): Topology {
  return rules.reduce((current, rule) => rule(current, now, emit), topology);
}

/** A provisional move is settled by a majority of the reachable sentinels; the config epoch follows theirs. */
const agree: Rule = (t) => {
  const heard = witnesses(t.sentinels);
  const ours = nominations(t.sentinels).find((one) => t.master && sameAddress(one.address, t.master));
  if (ours === undefined) return t;
  const agreed = ours.supporters.length * 2 > heard.length;
  const reset = t.verified && ours.supporters.length >= majorityOf(voters(t.sentinels).length);
  const configEpoch = reset || ours.configEpoch > t.configEpoch ? ours.configEpoch : t.configEpoch;
  return { ...t, configEpoch, provisional: agreed ? undefined : t.provisional };
};

/** A promotion whose leader gave it up, or is lost without having told anybody, is undone by the majority's word. */
const undo: Rule = (t, now, emit) => {
  const rival = rivalOfProvisional(t);
  if (rival === undefined || t.provisional === undefined) return t;
  const due = t.provisional.aborted || now >= t.provisional.since + announcementTimeoutMs;
  if (!due || !saysMaster(t, rival.address, now)) return t;
  // What is left of the sentinels may be few: their word moves back, and the epoch waits for more.
  const configEpoch = Math.max(t.configEpoch, rival.configEpoch);
  return move({ ...t, configEpoch }, rival.address, 'undone', undefined, now, emit);
};

/**
 * The candidate is the master as soon as it says so itself, a second before anybody announces it. Where a sentinel may
 * turn it back, it is the master when it is announced.
 */
const promote: Rule = (t, now, emit) => {
  const failover = failoverAtHand(t);
  if (t.settings.switchOn === 'announcement' || !failover || failover.leaderLost) return t;
  const role = t.roles.get(addressKey(failover.candidate));
  if (failover.promotingSince === undefined || role === undefined || role.at < failover.promotingSince)
    return t;
  if (!saysMaster(t, failover.candidate, now)) return t;
  // What is not held goes to the old master meanwhile.
  if (t.settings.holdTimeoutMs !== undefined && mayBeTurnedBack(t, failover)) return t;
  return move(t, failover.candidate, 'promotion', provisionalOn(t, failover.leader, now), now, emit);
};

/** The highest config epoch names the master, and the master confirms it. */
const announce: Rule = (t, now, emit) => {
  const best = announced(t, now);
  if (best === undefined || !saysMaster(t, best.address, now)) return t;
  const agreed = best.supporters.length * 2 > witnesses(t.sentinels).length;
  const provisional = agreed ? undefined : provisionalOn(t, best.supporters[0] ?? '', now);
  const reason = t.provisional ? 'undone' : 'announcement';
  return move({ ...t, configEpoch: best.configEpoch }, best.address, reason, provisional, now, emit);
};

/** A master that was demoted behind the sentinels' back says itself whose replica it is. */
const followDemotion: Rule = (t, now, emit) => {
  const successor = successorOf(t);
  return successor && saysMaster(t, successor, now)
    ? move(t, successor, 'demotion', undefined, now, emit)
    : t;
};

/** A failover ends without a word where its leader is lost, or where its abort was missed. */
const callOff: Rule = (t, now) => {
  const failover = t.failover;
  if (failover === undefined || t.master === undefined) return t;
  const denied = isDenied(t, failover);
  const silent = failover.leaderLost && now >= failover.since + announcementTimeoutMs;
  if (!(denied || silent) || !namedByMajority(t, t.master) || !saysMaster(t, t.master, now)) return t;
  return { ...t, failover: undefined, calledOff: 'confirmed' };
};

const watchMinority: Rule = (t, now, emit) => {
  const all = voters(t.sentinels);
  const reachable = all.filter(isInSight).length;
  const minority = minoritySince(t) <= now;
  if (minority !== t.minority) emit({ type: 'minority', minority, reachable, known: all.length });
  return { ...t, minority };
};

/** Answers of nodes that are no longer watched would only grow old. */
const forgetRoles: Rule = (t, now) => {
  const watched = new Set(watchList(t, now).map(({ address }) => addressKey(address)));
  const kept = [...t.roles].filter(([key]) => watched.has(key));
  return kept.length === t.roles.size ? t : { ...t, roles: new Map(kept) };
};

const rules: readonly Rule[] = [
  agree,
  undo,
  promote,
  announce,
  followDemotion,
  callOff,
  watchMinority,
  holdOrRelease,
  forgetRoles,
];

function move(
  t: Topology,
  to: NodeAddress,
  reason: MoveReason,
  provisional: Provisional | undefined,
  now: number,
  emit: Emit,
): Topology {
  const phases = { promotedAt: now, ...phasesAtHand(t), movedAt: now };
  emit({ type: 'move', from: t.master, to, reason, phases });
  const retired = [...t.retired, ...(t.master ? [{ address: t.master, since: now }] : [])];
  return {
    ...t,
    master: to,
    verified: true,
    provisional,
    failover: undefined,
    hold: undefined,
    occasions: [],
    retired: retired.filter((one) => !sameAddress(one.address, to)),
    abandoned: reason === 'undone' || reason === 'demotion' ? t.master : undefined,
    phases,
  };
}

function provisionalOn(t: Topology, leader: string, now: number): Provisional {
  return { leader, leaderLost: false, aborted: false, since: now, epochBefore: t.configEpoch };
}

/**
 * How eagerly a node is asked for its role: `urgent` each few milliseconds, since writes wait for its
 * answer; `brisk` while it decides something; `steady` to see that all is well.
 */
export type Pace = 'urgent' | 'brisk' | 'steady';

export interface Watched {
  readonly address: NodeAddress;
  readonly pace: Pace;
}

/** The nodes whose role matters now, each once, the most eager pace first. */
export function watchList(t: Topology, now: number): Watched[] {
  const list: Watched[] = [];
  const watch = (address: NodeAddress | undefined, pace: Pace): void => {
    if (address && !list.some((one) => sameAddress(one.address, address))) list.push({ address, pace });
  };
  watch(failoverAtHand(t)?.candidate, 'urgent');
  watch(announced(t, now)?.address, t.master ? 'urgent' : 'brisk');
  // The first one named is asked before a decision is due, so that its answer is there when it is.
  if (t.master === undefined) watch(nominations(t.sentinels)[0]?.address, 'brisk');
  watch(rivalOfProvisional(t)?.address, 'brisk');
  watch(successorOf(t), 'brisk');
  watch(t.master, t.verified && !failoverAtHand(t) ? 'steady' : 'brisk');
  for (const retired of t.retired) watch(retired.address, 'steady');
  watch(deniedNomination(t), 'steady');
  return list;
}

/** When a decision is due though nothing happens; `Infinity` if never. */
export function nextDeadline(t: Topology, now: number): number {
  const due = [
    t.master ? Infinity : discoveryDueAt(t, now),
    t.hold ? deadlineOf(t, t.hold) : Infinity,
    t.provisional ? t.provisional.since + announcementTimeoutMs : Infinity,
    t.failover ? t.failover.since + announcementTimeoutMs : Infinity,
    t.minority ? Infinity : minoritySince(t),
  ];
  return Math.min(...due.filter((at) => at > now));
}
