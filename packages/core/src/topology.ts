import { addressKey, sameAddress, type NodeAddress } from './address.ts';
import type { Sentinels, SentinelView } from './consensus.ts';
import { decide, phasesAtHand } from './decisions.ts';
import type { FailoverPhases } from './events.ts';
import type { HoldReason, MoveReason, ReleaseReason } from './follower.ts';
import type { FailoverStage, NodeRole, Notice, Report } from './sentinel-messages.ts';

/** What the user chose; see {@link ResolverOptions}. All durations are in milliseconds. */
export interface Settings {
  readonly switchOn: 'promotion' | 'announcement';
  /** `undefined`: traffic is never held for a failover. */
  readonly holdTimeoutMs: number | undefined;
  readonly onMinority: 'continue' | 'hold';
  readonly discoveryTimeoutMs: number;
  readonly minorityAfterMs: number;
}

/** What happened, with nothing decided yet. Sentinels are named by the key of their address. */
export type Observation =
  | { readonly type: 'sentinel'; readonly sentinel: string; readonly view: SentinelView }
  | { readonly type: 'forgotten'; readonly sentinel: string }
  | { readonly type: 'report'; readonly sentinel: string; readonly report: Report; readonly askedAt: number }
  | { readonly type: 'notice'; readonly sentinel: string; readonly notice: Notice }
  | { readonly type: 'role'; readonly address: NodeAddress; readonly role: NodeRole | Unreachable }
  | { readonly type: 'suspect'; readonly address: NodeAddress }
  | { readonly type: 'tick' };

/** A node gave no usable answer to `ROLE`. */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly error: Error;
}

/** What is to be done about it. */
export type Change =
  | {
      readonly type: 'hold';
      readonly reason: HoldReason;
      readonly master: NodeAddress;
      readonly candidate: NodeAddress | undefined;
    }
  | {
      readonly type: 'move';
      readonly from: NodeAddress | undefined;
      readonly to: NodeAddress;
      readonly reason: MoveReason;
      readonly phases: FailoverPhases;
    }
  | {
      readonly type: 'release';
      readonly reason: ReleaseReason;
      readonly master: NodeAddress;
      readonly heldMs: number;
    }
  /** The master did not confirm that it is one; a suspicion alone is no fault. */
  | { readonly type: 'fault' }
  /** Ask this sentinel, or all of them, again now. */
  | { readonly type: 'ask'; readonly sentinel: string | undefined }
  | {
      readonly type: 'stale-master';
      readonly address: NodeAddress;
      readonly master: NodeAddress;
      readonly forMs: number;
    }
  | {
      readonly type: 'minority';
      readonly minority: boolean;
      readonly reachable: number;
      readonly known: number;
    };

/** A failover that its leader has told of, and that has not moved anybody yet. */
export interface Failover {
  readonly leader: string;
  readonly leaderLost: boolean;
  readonly candidate: NodeAddress;
  readonly stage: FailoverStage;
  readonly since: number;
  /** From when on a `master` from the candidate means that it was promoted. */
  readonly promotingSince: number | undefined;
}

/** A move that the majority of the reachable sentinels has yet to agree to. */
export interface Provisional {
  /** The sentinel whose word was followed. */
  readonly leader: string;
  readonly leaderLost: boolean;
  readonly aborted: boolean;
  readonly since: number;
  /** Reports of this config epoch or an older one are from before the move. */
  readonly epochBefore: number;
}

/** What a hold is for; the same `id` is the same occasion, which is held for once. */
export interface HoldCause {
  readonly reason: HoldReason;
  readonly id: string;
  /** Whether it ends at `hold.timeoutMs`. Where going on would lose writes, it lasts as long as its cause. */
  readonly limited: boolean;
  readonly since: number;
}

/** A master that was left; it may not have noticed. */
export interface Retired {
  readonly address: NodeAddress;
  readonly since: number;
}

/** Everything that decisions are made from: a value, replaced and never changed. */
export interface Topology {
  readonly settings: Settings;
  readonly startedAt: number;
  readonly sentinels: Sentinels;
  /** The master that followers are on. */
  readonly master: NodeAddress | undefined;
  /** Whether it said `master` when last asked, and nobody has complained of it since. */
  readonly verified: boolean;
  /** The config epoch under which it was accepted. */
  readonly configEpoch: number;
  /** The last answers of the nodes on the watch list. */
  readonly roles: ReadonlyMap<string, (NodeRole | Unreachable) & { readonly at: number }>;
  readonly failover: Failover | undefined;
  readonly provisional: Provisional | undefined;
  readonly hold: (HoldCause & { readonly heldSince: number }) | undefined;
  /** The `id` of the cause whose hold ran into its deadline. */
  readonly spentHold: string | undefined;
  /** How the last failover that did not move anybody ended; what a release gives as its reason. */
  readonly calledOff: 'aborted' | 'confirmed';
  readonly retired: readonly Retired[];
  /** A master that was given up again; only a leader that chooses it anew makes it a candidate. */
  readonly abandoned: NodeAddress | undefined;
  readonly minority: boolean;
  readonly phases: FailoverPhases;
}

export function emptyTopology(settings: Settings, now: number): Topology {
  return {
    settings,
    startedAt: now,
    sentinels: new Map(),
    master: undefined,
    verified: false,
    configEpoch: 0,
    roles: new Map(),
    failover: undefined,
    provisional: undefined,
    hold: undefined,
    spentHold: undefined,
    calledOff: 'confirmed',
    retired: [],
    abandoned: undefined,
    minority: false,
    phases: {},
  };
}

/** The whole of the resolver's judgement: what is known, what happened, when → what is known now, what to do. */
export function step(topology: Topology, observation: Observation, now: number): [Topology, Change[]] {
  const changes: Change[] = [];
  const emit = (change: Change): void => void changes.push(change);
  return [decide(record(topology, observation, now, emit), now, emit), changes];
}

function record(t: Topology, seen: Observation, now: number, emit: (change: Change) => void): Topology {
  switch (seen.type) {
    case 'sentinel':
      return recordSentinel(t, seen.sentinel, seen.view);
    case 'forgotten':
      return { ...t, sentinels: without(t.sentinels, seen.sentinel) };
    case 'report':
      return recordReport(t, seen.sentinel, { ...seen.report, askedAt: seen.askedAt }, now);
    case 'notice':
      emit({ type: 'ask', sentinel: seen.sentinel });
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

function recordReport(t: Topology, key: string, report: Report & { askedAt: number }, now: number): Topology {
  const view = t.sentinels.get(key);
  if (view === undefined) return t;
  const sentinels = new Map(t.sentinels).set(key, { ...view, report, error: undefined });
  const known = { ...t, sentinels };
  // A link that came up in the middle of a failover has missed the leader's events.
  if (report.failover === undefined || isOver(t, report)) return known;
  return recordNotice(known, key, { kind: 'failover', ...report.failover }, now);
}

/**
 * A leader that is slow to end its failover names the candidate on, also when a newer failover has replaced
 * it, or when the candidate was turned back into a replica by then.
 */
function isOver(t: Topology, { failover, configEpoch }: Report): boolean {
  if (failover === undefined) return true;
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

export function isMaster(t: Topology, address: NodeAddress): boolean {
  return t.master !== undefined && sameAddress(t.master, address);
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): Map<K, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
