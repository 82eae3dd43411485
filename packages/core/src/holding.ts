import { addressKey, type NodeAddress } from './address.ts';
import { announced, failoverAtHand, phasesAtHand, successorOf } from './evidence.ts';
import type { HoldReason, ReleaseReason } from './follower.ts';
import type { Change, HoldCause, Topology } from './topology.ts';

/** Traffic is held exactly as long as there is a cause to, and for each occasion no longer than allowed. */
export function holdOrRelease(t: Topology, now: number, emit: (change: Change) => void): Topology {
  const { hold, master } = t;
  if (master === undefined) return t;
  const causes = holdCauses(t, master, now);
  const cause = causes.find((one) => deadlineOf(t, one) > now);
  const known = { ...t, occasions: [...causes, ...stillKnown(t, causes)] };
  if (cause && hold) return { ...known, hold: { ...cause, heldSince: hold.heldSince } };
  if (cause) {
    emit({ type: 'hold', reason: cause.reason, master, candidate: t.failover?.candidate });
    return { ...known, hold: { ...cause, heldSince: now }, phases: { ...phasesAtHand(t), heldAt: now } };
  }
  if (hold) {
    const expired = causes.some(({ id }) => id === hold.id);
    emit({ type: 'release', reason: releaseReason(t, expired), master, heldMs: now - hold.heldSince });
  }
  return { ...known, hold: undefined };
}

/** The same news again, from a sentinel or a master that was out of sight for a moment, is no new occasion. */
function stillKnown(t: Topology, causes: readonly HoldCause[]): HoldCause[] {
  return t.occasions.filter(
    ({ id, reason }) => mayComeBack(t, reason) && causes.every((one) => one.id !== id),
  );
}

function mayComeBack(t: Topology, reason: HoldReason): boolean {
  if (reason === 'failover') return t.failover !== undefined;
  return reason === 'announced' || (reason === 'demoted' && !t.verified);
}

/** The most serious first, each with the moment from which on it has stood. */
function holdCauses(t: Topology, master: NodeAddress, now: number): HoldCause[] {
  const { provisional, settings } = t;
  const failover = failoverAtHand(t);
  const causes: HoldCause[] = [];
  const add = (reason: HoldReason, occasion: string, limited: boolean): void => {
    const id = `${reason} ${occasion}`;
    causes.push({ reason, id, limited, since: t.occasions.find((one) => one.id === id)?.since ?? now });
  };
  if (t.minority && settings.onMinority === 'hold') add('minority', '', false);
  if (settings.holdTimeoutMs === undefined) return causes;
  if (provisional?.leaderLost) add('leader-lost', `${addressKey(master)} ${provisional.since}`, false);
  if (failover) add('failover', `${addressKey(failover.candidate)} ${failover.since}`, true);
  const news = announced(t, now);
  if (news && news.configEpoch > t.configEpoch) {
    add('announced', `${addressKey(news.address)} ${news.configEpoch}`, true);
  }
  if (successorOf(t)) add('demoted', addressKey(master), true);
  return causes;
}

export function deadlineOf(t: Topology, hold: HoldCause): number {
  return hold.limited ? hold.since + (t.settings.holdTimeoutMs ?? 0) : Infinity;
}

function releaseReason(t: Topology, expired: boolean): ReleaseReason {
  if (expired) return 'deadline';
  if (t.hold?.reason === 'minority') return 'majority';
  return t.hold?.reason === 'failover' ? t.calledOff : 'confirmed';
}
