import type { NodeAddress } from './address.ts';
import type { SwitchmasterError } from './errors.ts';
import type { HoldReason, MoveReason, ReleaseReason } from './follower.ts';
import type { TopologySnapshot } from './snapshot.ts';
import type { Change } from './topology.ts';

/**
 * When each phase of a failover was seen, in milliseconds since the epoch (`Date.now()` scale, with
 * fractions). A phase that was not seen is absent.
 */
export interface FailoverPhases {
  /** The master stopped answering, or a sentinel published `+sdown` or `+odown` for it. */
  readonly downAt?: number;
  /** The leader chose the replica to promote (`+selected-slave`). */
  readonly selectedAt?: number;
  /** Traffic was held. */
  readonly heldAt?: number;
  /** The candidate said `master` to `ROLE`. */
  readonly promotedAt?: number;
  /** Followers were told to move. */
  readonly movedAt?: number;
  /** A sentinel announced the new master (`+switch-master`). */
  readonly announcedAt?: number;
}

export interface HoldEvent {
  readonly name: string;
  readonly reason: HoldReason;
  readonly master: NodeAddress;
  readonly candidate: NodeAddress | undefined;
  readonly at: number;
}

export interface SwitchEvent {
  readonly name: string;
  readonly from: NodeAddress | undefined;
  readonly to: NodeAddress;
  readonly reason: MoveReason | 'discovery';
  readonly configEpoch: number;
  readonly phases: FailoverPhases;
  readonly at: number;
}

export interface ReleaseEvent {
  readonly name: string;
  readonly reason: ReleaseReason;
  readonly master: NodeAddress;
  /** How long traffic was held, in milliseconds. */
  readonly heldMs: number;
  readonly at: number;
}

export interface SentinelEvent {
  readonly address: NodeAddress;
  readonly state: 'connected' | 'lost' | 'learnt' | 'forgotten';
  readonly error: SwitchmasterError | undefined;
  readonly at: number;
}

export interface StaleMasterEvent {
  readonly name: string;
  /** The old master, which still says `master`: what clients write there will be lost. */
  readonly address: NodeAddress;
  readonly master: NodeAddress;
  /** How long it has gone on as a master since followers left it, in milliseconds. */
  readonly forMs: number;
  readonly at: number;
}

export interface MinorityEvent {
  readonly name: string;
  /** `true` when a majority of the known sentinels went out of sight, `false` when it is back. */
  readonly minority: boolean;
  readonly reachable: number;
  readonly known: number;
  readonly at: number;
}

/** Everything a resolver tells its listeners. An event that nobody listens to, `error` included, is dropped. */
export interface ResolverEvents {
  hold: HoldEvent;
  switch: SwitchEvent;
  release: ReleaseEvent;
  topology: TopologySnapshot;
  sentinel: SentinelEvent;
  'stale-master': StaleMasterEvent;
  minority: MinorityEvent;
  error: SwitchmasterError;
}

/** The events that are a change's. */
export type ChangeEvents = Omit<ResolverEvents, 'topology' | 'sentinel' | 'error'>;

type ChangeEvent = {
  [Name in keyof ChangeEvents]: { type: Name; event: ChangeEvents[Name] };
}[keyof ChangeEvents];

/** What is an event of its own. */
type ToldChange = Exclude<Change, { type: 'ask' | 'fault' }>;

/** What listeners are told of a change; frozen, since all of them get the same object. */
export function toEvent(change: ToldChange, name: string, configEpoch: number, at: number): ChangeEvent {
  const told = describe(change, name, configEpoch, at);
  Object.freeze(told.event);
  return told;
}

function describe(change: ToldChange, name: string, configEpoch: number, at: number): ChangeEvent {
  switch (change.type) {
    case 'hold': {
      const { reason, master, candidate } = change;
      return { type: 'hold', event: { name, reason, master, candidate, at } };
    }
    case 'release': {
      const { reason, master, heldMs } = change;
      return { type: 'release', event: { name, reason, master, heldMs, at } };
    }
    case 'move': {
      const { from, to } = change;
      const phases = Object.freeze({ ...change.phases });
      const reason = from ? change.reason : 'discovery';
      return { type: 'switch', event: { name, from, to, reason, configEpoch, phases, at } };
    }
    case 'stale-master': {
      const { address, master, forMs } = change;
      return { type: 'stale-master', event: { name, address, master, forMs, at } };
    }
    case 'minority': {
      const { minority, reachable, known } = change;
      return { type: 'minority', event: { name, minority, reachable, known, at } };
    }
  }
}
