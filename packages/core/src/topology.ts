import type { NodeAddress } from './address.ts';
import type { Sentinels, SentinelView } from './consensus.ts';
import { decide } from './decisions.ts';
import type { FailoverPhases } from './events.ts';
import type { HoldReason, MoveReason, ReleaseReason } from './follower.ts';
import { record } from './observations.ts';
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
  /** When a sentinel named a master for the first time. */
  readonly firstNamedAt: number | undefined;
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
  /** Every cause that stands, also one whose hold ran into its deadline. */
  readonly occasions: readonly HoldCause[];
  /** The last abort: what its leader was asked before is from before it. */
  readonly abort: { readonly leader: string; readonly at: number } | undefined;
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
    firstNamedAt: undefined,
    master: undefined,
    verified: false,
    configEpoch: 0,
    roles: new Map(),
    failover: undefined,
    provisional: undefined,
    hold: undefined,
    occasions: [],
    abort: undefined,
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
