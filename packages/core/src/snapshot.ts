import { sameAddress, type NodeAddress } from './address.ts';
import { witnesses, type SentinelView } from './consensus.ts';
import type { Topology } from './topology.ts';

/**
 * - `discovering`: no master is known yet.
 * - `following`: the master is known, and a majority agrees or no failover is under way.
 * - `holding`: traffic is held.
 * - `provisional`: followers moved at the promotion, and the majority has yet to agree.
 * - `closed`: the resolver was closed.
 */
export type Phase = 'discovering' | 'following' | 'holding' | 'provisional' | 'closed';

/** A replica as the sentinels see it. */
export interface Replica extends NodeAddress {
  /** Up, and its link to the master is up: safe to read from. */
  readonly healthy: boolean;
  /** Milliseconds for which its link to the master has been down; 0 while it is up. */
  readonly masterLinkDownMs: number;
  /** Bytes of the replication stream that it has processed, as the sentinels last heard. */
  readonly offset: number;
  /** Bytes by which it is behind the furthest replica. */
  readonly lagBytes: number;
  /** `replica-priority`; 0 is never promoted. */
  readonly priority: number;
}

/** One sentinel, as this process sees it. */
export interface SentinelStatus extends NodeAddress {
  readonly state: 'connecting' | 'connected' | 'lost';
  /** Named by the user (never forgotten), or learnt from other sentinels. */
  readonly origin: 'configured' | 'learnt';
  /** The master this sentinel last named. */
  readonly master: NodeAddress | undefined;
  /** The config epoch it gave with it. */
  readonly configEpoch: number | undefined;
}

/** What a resolver knows at one moment; frozen. */
export interface TopologySnapshot {
  readonly name: string;
  readonly phase: Phase;
  /** The master that followers are on, or `undefined` before the first discovery. */
  readonly master: NodeAddress | undefined;
  /** Whether the master said `master` when it was last asked. */
  readonly verified: boolean;
  /** The replica that a failover under way is about to promote. */
  readonly candidate: NodeAddress | undefined;
  readonly replicas: readonly Replica[];
  readonly sentinels: readonly SentinelStatus[];
  /** The config epoch under which the master was accepted. */
  readonly configEpoch: number;
  /** A majority of the known sentinels is out of sight: the master may already be the wrong one. */
  readonly minority: boolean;
}

export function snapshot(name: string, t: Topology): TopologySnapshot {
  return Object.freeze({
    name,
    phase: phaseOf(t),
    master: t.master && freeze(t.master),
    verified: t.verified,
    candidate: t.failover && freeze(t.failover.candidate),
    replicas: Object.freeze(replicasOf(t)),
    sentinels: Object.freeze([...t.sentinels.values()].map(statusOf)),
    configEpoch: t.configEpoch,
    minority: t.minority,
  });
}

const shown = [
  'master',
  'verified',
  'failover',
  'hold',
  'provisional',
  'sentinels',
  'configEpoch',
  'minority',
] as const satisfies readonly (keyof Topology)[];

/** Whether nothing changed that a snapshot is made from. */
export function looksSame(a: Topology, b: Topology): boolean {
  return shown.every((key) => a[key] === b[key]);
}

function phaseOf(t: Topology): Phase {
  if (t.master === undefined) return 'discovering';
  if (t.hold) return 'holding';
  return t.provisional ? 'provisional' : 'following';
}

/** The freshest list of the sentinels that agree with us on the master; none of them knows its own lag. */
function replicasOf(t: Topology): Replica[] {
  const reports = witnesses(t.sentinels).map(([, report]) => report);
  const ours = reports.filter((report) => t.master && report.master && sameAddress(report.master, t.master));
  const freshest = (ours.length > 0 ? ours : reports).sort((a, b) => b.askedAt - a.askedAt)[0];
  const replicas = freshest?.replicas.filter((replica) => !t.master || !sameAddress(replica, t.master)) ?? [];
  return replicas.map((replica) => Object.freeze({ ...replica }));
}

function statusOf(view: SentinelView): SentinelStatus {
  return Object.freeze({
    ...view.address,
    state: view.state,
    origin: view.configured ? 'configured' : 'learnt',
    master: view.report?.master && freeze(view.report.master),
    configEpoch: view.report?.configEpoch,
  });
}

function freeze({ host, port }: NodeAddress): NodeAddress {
  return Object.freeze({ host, port });
}

/** Whether nothing changed that is worth an event; offsets grow with every write. */
export function isSameTopology(a: TopologySnapshot, b: TopologySnapshot): boolean {
  return newsIn(a) === newsIn(b);
}

/** Each snapshot is compared with the one before and the one after it. */
const known = new WeakMap<TopologySnapshot, string>();

function newsIn(topology: TopologySnapshot): string {
  const news = known.get(topology) ?? JSON.stringify(topology, withoutOffsets);
  known.set(topology, news);
  return news;
}

const volatile = new Set(['offset', 'lagBytes', 'masterLinkDownMs']);

function withoutOffsets(key: string, value: unknown): unknown {
  return volatile.has(key) ? undefined : value;
}
