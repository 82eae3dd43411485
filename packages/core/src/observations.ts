import { addressKey, sameAddress, type NodeAddress } from './address.ts';
import type { SentinelView } from './consensus.ts';
import { isMaster, phasesAtHand } from './evidence.ts';
import type { FailoverStage, NodeRole, Notice, Report } from './sentinel-messages.ts';
import type { Change, Failover, Observation, Topology, Unreachable } from './topology.ts';

type TimedReport = Report & { readonly askedAt: number };

/** Adds what was seen to what is known. */
export function record(
  t: Topology,
  seen: Observation,
  now: number,
  emit: (change: Change) => void,
): Topology {
  switch (seen.type) {
    case 'sentinel':
      return recordSentinel(t, seen.sentinel, seen.view);
    case 'forgotten':
      return { ...t, sentinels: without(t.sentinels, seen.sentinel) };
    case 'report':
      return recordReport(t, seen.sentinel, { ...seen.report, askedAt: seen.askedAt }, now);
    case 'notice':
      // Of a choice that was just made the others know nothing, but what they think of the candidate.
      emit({ type: 'ask', sentinel: isChoice(seen.notice) ? undefined : seen.sentinel });
      return recordNotice(t, seen.sentinel, seen.notice, now);
    case 'role':
      return recordRole(t, seen.address, seen.role, now, emit);
    case 'suspect':
      emit({ type: 'ask', sentinel: undefined });
      return isMaster(t, seen.address) ? { ...t, verified: false } : t;
    case 'tick':
      return t;
  }
}

function isChoice(notice: Notice): boolean {
  return notice.kind === 'failover' && notice.stage === 'selected';
}

function recordSentinel(t: Topology, key: string, view: SentinelView): Topology {
  const known = t.sentinels.get(key);
  const report = view.state === 'connected' ? (view.report ?? known?.report) : undefined;
  // Who comes back is in sight when it has said what it knows, and not before.
  const lastSeenAt = known && known.report === undefined ? known.lastSeenAt : view.lastSeenAt;
  const sentinels = new Map(t.sentinels).set(key, { ...view, report, lastSeenAt });
  if (view.state === 'connected') return { ...t, sentinels };
  return {
    ...t,
    sentinels,
    failover: t.failover?.leader === key ? { ...t.failover, leaderLost: true } : t.failover,
    provisional: t.provisional?.leader === key ? { ...t.provisional, leaderLost: true } : t.provisional,
  };
}

function recordReport(t: Topology, key: string, report: TimedReport, now: number): Topology {
  const view = t.sentinels.get(key);
  if (view === undefined) return t;
  const sentinels = new Map(t.sentinels).set(key, { ...view, report, error: undefined });
  const firstNamedAt = t.firstNamedAt ?? (report.master && now);
  const known = { ...t, sentinels, firstNamedAt, provisional: stoodBy(t, key, report) };
  // A link that came up in the middle of a failover has missed the leader's events.
  if (report.failover === undefined || isOver(t, key, report)) return known;
  return recordNotice(known, key, { kind: 'failover', ...report.failover }, now);
}

/** A leader that is back, and names the master that it promoted, is not lost any more. */
function stoodBy(t: Topology, key: string, { master }: Report): Topology['provisional'] {
  const { provisional } = t;
  if (provisional?.leader !== key || master === undefined || !isMaster(t, master)) return provisional;
  return { ...provisional, leaderLost: false };
}

/**
 * A leader that is slow to end its failover names the candidate on, also when a newer failover has replaced
 * it, or when the candidate was turned back into a replica by then.
 */
function isOver(t: Topology, key: string, { failover, configEpoch, askedAt }: TimedReport): boolean {
  if (failover === undefined) return true;
  // Events and answers may come over two connections, and overtake each other.
  if (t.abort?.leader === key && askedAt <= t.abort.at) return true;
  if (t.abandoned && sameAddress(t.abandoned, failover.candidate)) return true;
  return failover.stage === 'promoted' && configEpoch <= (t.provisional?.epochBefore ?? t.configEpoch);
}

function recordNotice(t: Topology, key: string, notice: Notice, now: number): Topology {
  switch (notice.kind) {
    case 'failover':
      return recordFailover(t, key, notice.candidate, notice.stage, now);
    case 'aborted':
      return {
        ...t,
        abort: { leader: key, at: now },
        failover: t.failover?.leader === key ? undefined : t.failover,
        calledOff: t.failover?.leader === key ? 'aborted' : t.calledOff,
        provisional: t.provisional?.leader === key ? { ...t.provisional, aborted: true } : t.provisional,
      };
    case 'switched':
      return { ...t, phases: { announcedAt: now, ...t.phases } };
    case 'down':
      return { ...t, phases: { downAt: now, ...phasesAtHand(t) } };
    case 'changed':
      return t;
  }
}

function recordFailover(
  t: Topology,
  leader: string,
  candidate: NodeAddress,
  stage: FailoverStage,
  now: number,
): Topology {
  if (isMaster(t, candidate)) return t;
  const known = t.failover;
  const same = known?.leader === leader && sameAddress(known.candidate, candidate);
  const failover: Failover = {
    leader,
    leaderLost: false,
    candidate,
    stage,
    since: same ? known.since : now,
    promotingSince: (same ? known.promotingSince : undefined) ?? (stage === 'selected' ? undefined : now),
  };
  const phases = same ? t.phases : { ...phasesAtHand(t), selectedAt: now };
  const abandoned = t.abandoned && sameAddress(t.abandoned, candidate) ? undefined : t.abandoned;
  return { ...t, failover, phases, abandoned };
}

function recordRole(
  t: Topology,
  address: NodeAddress,
  role: NodeRole | Unreachable,
  now: number,
  emit: (change: Change) => void,
): Topology {
  const roles = new Map(t.roles).set(addressKey(address), { ...role, at: now });
  if (!isMaster(t, address)) return recordRetired({ ...t, roles }, address, role, now, emit);
  const verified = role.kind === 'master';
  const wasWell = t.roles.get(addressKey(address))?.kind === 'master';
  if (wasWell && !verified) {
    emit({ type: 'ask', sentinel: undefined });
    emit({ type: 'fault' });
  }
  const phases = role.kind === 'unreachable' ? { downAt: now, ...phasesAtHand(t) } : t.phases;
  return { ...t, roles, verified, phases };
}

/** How long a master that was left and cannot be reached is asked whether it came back. */
const forgetRetiredAfterMs = 60_000;

function recordRetired(
  t: Topology,
  address: NodeAddress,
  role: NodeRole | Unreachable,
  now: number,
  emit: (change: Change) => void,
): Topology {
  const retired = t.retired.find((one) => sameAddress(one.address, address));
  if (retired === undefined || t.master === undefined) return t;
  const forMs = now - retired.since;
  if (role.kind === 'master') emit({ type: 'stale-master', address, master: t.master, forMs });
  const done = role.kind === 'replica' || (role.kind === 'unreachable' && forMs > forgetRetiredAfterMs);
  return done ? { ...t, retired: t.retired.filter((one) => one !== retired) } : t;
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): Map<K, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
