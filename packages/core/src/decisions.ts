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
import type { HoldReason, MoveReason, ReleaseReason } from './follower.ts';
import type { Change, HoldCause, Provisional, Topology } from './topology.ts';

type Emit = (change: Change) => void;
type Rule = (topology: Topology, now: number, emit: Emit) => Topology;

/**
 * How long after a promotion the sentinels may take to agree to it before its leader, if it is lost, counts
 * as having told nobody. A leader asks the promoted replica for `INFO` each second and announces what it
 * hears at once, so a promotion that is announced at all is announced within 1.1 s.
 */
export const announcementTimeoutMs = 1500;

/** How old an answer to `ROLE` may be to be acted on. */
const freshMs = 250;

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
  const reset = ours.supporters.length >= majorityOf(voters(t.sentinels).length);
  const configEpoch = reset || ours.configEpoch > t.configEpoch ? ours.configEpoch : t.configEpoch;
  return { ...t, configEpoch, provisional: agreed ? undefined : t.provisional };
};

/** A promotion whose leader gave it up, or is lost without having told anybody, is undone by the majority's word. */
const undo: Rule = (t, now, emit) => {
  const rival = rivalOfProvisional(t);
  if (rival === undefined || t.provisional === undefined) return t;
  const due = t.provisional.aborted || now >= t.provisional.since + announcementTimeoutMs;
  if (!due || !saysMaster(t, rival.address, now)) return t;
  return move({ ...t, configEpoch: rival.configEpoch }, rival.address, 'undone', undefined, now, emit);
};

/** The candidate is the master as soon as it says so itself, a second before anybody announces it. */
const promote: Rule = (t, now, emit) => {
  const failover = t.failover;
  if (t.settings.switchOn === 'announcement' || !failover || failover.leaderLost) return t;
  const role = t.roles.get(addressKey(failover.candidate));
  if (failover.promotingSince === undefined || role?.kind !== 'master') return t;
  if (role.at < failover.promotingSince) return t;
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

/** Traffic is held exactly as long as there is a cause to. */
const holdOrRelease: Rule = (t, now, emit) => {
  const { hold, master } = t;
  if (master === undefined) return t;
  const expired = hold !== undefined && deadlineOf(t, hold) <= now;
  const spentHold = expired ? hold.id : t.spentHold;
  const cause = holdCauses(t, master, now).find((one) => one.id !== spentHold);
  if (cause === undefined) {
    if (hold)
      emit({ type: 'release', reason: releaseReason(t, expired), master, heldMs: now - hold.heldSince });
    return { ...t, hold: undefined, spentHold };
  }
  if (cause.id === hold?.id) return t;
  if (hold) return { ...t, hold: { ...cause, heldSince: hold.heldSince }, spentHold };
  emit({ type: 'hold', reason: cause.reason, master, candidate: t.failover?.candidate });
  const phases = { ...phasesAtHand(t), heldAt: now };
  return { ...t, hold: { ...cause, heldSince: now }, spentHold, phases };
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
    spentHold: undefined,
    retired: retired.filter((one) => !sameAddress(one.address, to)),
    abandoned: reason === 'undone' || reason === 'demotion' ? t.master : undefined,
    phases,
  };
}

/** The phases of the fault at hand; those of one that ended in a move are history. */
export function phasesAtHand(t: Topology): FailoverPhases {
  return t.phases.movedAt === undefined ? t.phases : {};
}

function provisionalOn(t: Topology, leader: string, now: number): Provisional {
  const epochBefore = t.provisional?.epochBefore ?? t.configEpoch;
  return { leader, leaderLost: false, aborted: false, since: now, epochBefore };
}

/** What may replace a provisional master: only while its leader does not stand by it any more. */
function rivalOfProvisional(t: Topology): Nomination | undefined {
  const provisional = t.provisional;
  if (provisional === undefined) return undefined;
  if (!provisional.leaderLost && !provisional.aborted && !isDenied(t, provisional)) return undefined;
  const rival = nominations(t.sentinels).find((one) => !t.master || !sameAddress(one.address, t.master));
  return rival && namedByMajority(t, rival.address) ? rival : undefined;
}

/** Whether the leader itself has said since then that it leads no failover any more. */
function isDenied(t: Topology, claim: { leader: string; since: number }): boolean {
  const report = t.sentinels.get(claim.leader)?.report;
  return report !== undefined && !report.leading && report.askedAt > claim.since;
}

/** The address that the sentinels announce, where it is news and not old news. */
function announced(t: Topology, now: number): Nomination | undefined {
  const best = nominations(settled(t))[0];
  if (best === undefined) return undefined;
  if (t.master === undefined) {
    return mayDecide(t.sentinels) || now >= t.startedAt + t.settings.discoveryTimeoutMs ? best : undefined;
  }
  if (sameAddress(best.address, t.master)) return undefined;
  if (t.provisional) return best.configEpoch > t.provisional.epochBefore ? best : undefined;
  if (best.configEpoch >= t.configEpoch) return best;
  // Config epochs only go up; SENTINEL RESET and MONITOR start them anew, for all sentinels together.
  return best.supporters.length >= majorityOf(voters(t.sentinels).length) ? best : undefined;
}

/** With `switchOn: 'announcement'` the leader's word counts once its failover is over. */
function settled(t: Topology): Topology['sentinels'] {
  if (t.settings.switchOn === 'promotion') return t.sentinels;
  return new Map([...t.sentinels].filter(([, view]) => !view.report?.leading));
}

function namedByMajority(t: Topology, address: NodeAddress): boolean {
  const heard = witnesses(t.sentinels);
  const names = heard.filter(([, report]) => report.master && sameAddress(report.master, address));
  return names.length * 2 > heard.length;
}

function saysMaster(t: Topology, address: NodeAddress, now: number): boolean {
  const role = t.roles.get(addressKey(address));
  return role?.kind === 'master' && now - role.at <= freshMs;
}

function successorOf(t: Topology): NodeAddress | undefined {
  const role = t.master && t.roles.get(addressKey(t.master));
  return role?.kind === 'replica' ? role.of : undefined;
}

/** Connected, and it has said what it knows: after a partition that may be another master. */
function isInSight(view: SentinelView): boolean {
  return view.state === 'connected' && view.report !== undefined;
}

/** From when on a majority of the voters has been out of sight for longer than its ping deadline. */
function minoritySince(t: Topology): number {
  const all = voters(t.sentinels);
  const missing = all.filter((view) => !isInSight(view)).map((view) => view.lastSeenAt);
  const decisive = missing.sort((a, b) => a - b)[all.length - majorityOf(all.length)];
  return decisive === undefined ? Infinity : decisive + t.settings.minorityAfterMs;
}

function holdCauses(t: Topology, master: NodeAddress, since: number): HoldCause[] {
  const { failover, provisional, settings } = t;
  const causes: HoldCause[] = [];
  const add = (reason: HoldReason, occasion: string, limited: boolean): void =>
    void causes.push({ reason, id: `${reason} ${occasion}`, limited, since });

  if (t.minority && settings.onMinority === 'hold') add('minority', '', false);
  if (settings.holdTimeoutMs === undefined) return causes;
  if (provisional?.leaderLost) add('leader-lost', `${addressKey(master)} ${provisional.since}`, false);
  if (failover) add('failover', `${addressKey(failover.candidate)} ${failover.since}`, true);
  const news = announced(t, since);
  if (news && news.configEpoch > t.configEpoch) {
    add('announced', `${addressKey(news.address)} ${news.configEpoch}`, true);
  }
  if (successorOf(t)) add('demoted', addressKey(master), true);
  return causes;
}

function deadlineOf(t: Topology, hold: HoldCause): number {
  return hold.limited ? hold.since + (t.settings.holdTimeoutMs ?? 0) : Infinity;
}

function releaseReason(t: Topology, expired: boolean): ReleaseReason {
  if (expired) return 'deadline';
  if (t.hold?.reason === 'minority') return 'majority';
  return t.hold?.reason === 'failover' ? t.calledOff : 'confirmed';
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
  watch(t.failover?.candidate, 'urgent');
  watch(announced(t, now)?.address, t.master ? 'urgent' : 'brisk');
  // The first one named is asked before a decision is due, so that its answer is there when it is.
  if (t.master === undefined) watch(nominations(t.sentinels)[0]?.address, 'brisk');
  watch(rivalOfProvisional(t)?.address, 'brisk');
  watch(successorOf(t), 'brisk');
  watch(t.master, t.verified && !t.failover ? 'steady' : 'brisk');
  for (const retired of t.retired) watch(retired.address, 'steady');
  return list;
}

/** When a decision is due though nothing happens; `Infinity` if never. */
export function nextDeadline(t: Topology, now: number): number {
  const due = [
    t.master ? Infinity : t.startedAt + t.settings.discoveryTimeoutMs,
    t.hold ? deadlineOf(t, t.hold) : Infinity,
    t.provisional ? t.provisional.since + announcementTimeoutMs : Infinity,
    t.failover ? t.failover.since + announcementTimeoutMs : Infinity,
    t.minority ? Infinity : minoritySince(t),
  ];
  return Math.min(...due.filter((at) => at > now));
}
