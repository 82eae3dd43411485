import { addressKey, sameAddress, type NodeAddress } from './address.ts';
import {
  majorityOf,
  mayDecide,
  nominations,
  voters,
  witnesses,
  type Nomination,
  type SentinelView,
} from './consensus.ts';
import type { FailoverPhases } from './events.ts';
import type { Failover, Topology } from './topology.ts';

export function isMaster(t: Topology, address: NodeAddress): boolean {
  return t.master !== undefined && sameAddress(t.master, address);
}

/** How old an answer to `ROLE` may be to be acted on. */
const freshMs = 250;

/**
 * The failover that may move followers. One whose leader has not heard of the master's config epoch was overtaken:
 * the leader will drop it as soon as it has.
 */
export function failoverAtHand(t: Topology): Failover | undefined {
  const { failover } = t;
  const report = failover && t.sentinels.get(failover.leader)?.report;
  const overtaken = report && report.askedAt >= failover.since && report.configEpoch < t.configEpoch;
  return overtaken ? undefined : failover;
}

/**
 * Whether another sentinel may turn the candidate back: it takes it for a master that was never demoted, and will ask it
 * for its role before it is told of the promotion.
 */
export function mayBeTurnedBack(t: Topology, { leader, candidate }: Failover): boolean {
  return witnesses(t.sentinels).some(
    ([key, report]) => key !== leader && report.undemoted.some((one) => sameAddress(one, candidate)),
  );
}

/** What may replace a provisional master: only while its leader does not stand by it any more. */
export function rivalOfProvisional(t: Topology): Nomination | undefined {
  const provisional = t.provisional;
  if (provisional === undefined) return undefined;
  if (!provisional.leaderLost && !provisional.aborted && !isDenied(t, provisional)) return undefined;
  const rival = nominations(t.sentinels)[0];
  return rival && !isMaster(t, rival.address) && namedByMajority(t, rival.address) ? rival : undefined;
}

/** Whether the leader itself has said since then that it leads no failover any more. */
export function isDenied(t: Topology, claim: { leader: string; since: number }): boolean {
  const report = t.sentinels.get(claim.leader)?.report;
  return report !== undefined && !report.leading && report.askedAt > claim.since;
}

/** The address that the sentinels announce, where it is news and not old news. */
export function announced(t: Topology, now: number): Nomination | undefined {
  const best = preferred(t);
  if (best === undefined) return undefined;
  if (t.master === undefined) {
    return mayDecide(t.sentinels) || now >= discoveryDueAt(t, now) ? best : undefined;
  }
  if (sameAddress(best.address, t.master)) return undefined;
  if (t.provisional && best.configEpoch <= t.provisional.epochBefore) return undefined;
  if (best.configEpoch >= t.configEpoch) return best;
  // Config epochs only go up; SENTINEL RESET and MONITOR start them anew, for all sentinels together.
  return best.supporters.length >= majorityOf(voters(t.sentinels).length) ? best : undefined;
}

/** How long the others get once a master is named, from the start on: so many times what that took, and this at least. */
const patience = { times: 3, leastMs: 50 } as const;

/**
 * Until when the first decision waits for a majority. Once the master that is named says so itself, it waits for
 * nobody who is far slower than the first to answer: who comes later is heard then, and the highest epoch wins.
 */
export function discoveryDueAt(t: Topology, now: number): number {
  const { startedAt, firstNamedAt, settings } = t;
  const latest = startedAt + settings.discoveryTimeoutMs;
  const best = preferred(t);
  const isConfirmed = best !== undefined && saysMaster(t, best.address, now);
  // Who would rather hold than follow a minority would rather wait, too.
  if (firstNamedAt === undefined || !isConfirmed || settings.onMinority === 'hold') return latest;
  const tookMs = firstNamedAt - startedAt;
  return Math.min(startedAt + Math.max(patience.times * tookMs, patience.leastMs), latest);
}

/**
 * The highest config epoch wins, unless its node has said since then that it is no master, and most sentinels name
 * another: one sentinel that is wrong, or lies, keeps nobody from the master of the others.
 */
function preferred(t: Topology): Nomination | undefined {
  const named = nominations(settled(t));
  const denied = deniedNomination(t);
  const majority = majorityOf(voters(t.sentinels).length);
  return (denied && named.find(({ supporters }) => supporters.length >= majority)) ?? named[0];
}

/** What the highest config epoch names, where that is no master by its own word. */
export function deniedNomination(t: Topology): NodeAddress | undefined {
  const best = nominations(settled(t))[0];
  const role = best && t.roles.get(addressKey(best.address));
  if (role === undefined || role.kind === 'master') return undefined;
  // Followers have a master meanwhile: who is out of reach for a moment may be the next one.
  if (role.kind === 'unreachable' && t.master !== undefined) return undefined;
  const asked = best?.supporters.map((key) => t.sentinels.get(key)?.report?.askedAt ?? 0) ?? [];
  return role.at > Math.max(...asked) ? best?.address : undefined;
}

/** With `switchOn: 'announcement'` the leader's word counts once its failover is over. */
export function settled(t: Topology): Topology['sentinels'] {
  if (t.settings.switchOn === 'promotion') return t.sentinels;
  const done = [...t.sentinels].filter(([, view]) => !view.report?.leading);
  return done.length === t.sentinels.size ? t.sentinels : new Map(done);
}

export function namedByMajority(t: Topology, address: NodeAddress): boolean {
  const heard = witnesses(t.sentinels);
  const names = heard.filter(([, report]) => report.master && sameAddress(report.master, address));
  return names.length * 2 > heard.length;
}

export function saysMaster(t: Topology, address: NodeAddress, now: number): boolean {
  const role = t.roles.get(addressKey(address));
  return role?.kind === 'master' && now - role.at <= freshMs;
}

export function successorOf(t: Topology): NodeAddress | undefined {
  const role = t.master && t.roles.get(addressKey(t.master));
  return role?.kind === 'replica' ? role.of : undefined;
}

/** Connected, and it has said what it knows: after a partition that may be another master. */
export function isInSight(view: SentinelView): boolean {
  return view.state === 'connected' && view.report !== undefined;
}

/** From when on a majority of the voters has been out of sight for longer than its ping deadline. */
export function minoritySince(t: Topology): number {
  const all = voters(t.sentinels);
  const missing = all.filter((view) => !isInSight(view)).map((view) => view.lastSeenAt);
  const decisive = missing.sort((a, b) => a - b)[all.length - majorityOf(all.length)];
  return decisive === undefined ? Infinity : decisive + t.settings.minorityAfterMs;
}

/** The phases of the fault at hand; those of one that ended in a move are history. */
export function phasesAtHand(t: Topology): FailoverPhases {
  return t.phases.movedAt === undefined ? t.phases : {};
}
