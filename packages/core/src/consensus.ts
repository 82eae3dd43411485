import { addressKey, type NodeAddress } from './address.ts';
import type { Report } from './sentinel-messages.ts';

/** One sentinel, as the topology sees it. */
export interface SentinelView {
  readonly address: NodeAddress;
  /** Its own 40-character id, once it has told it. */
  readonly id: string | undefined;
  readonly configured: boolean;
  readonly state: 'connecting' | 'connected' | 'lost';
  /** When the last byte came from it; the start of the resolver if none has. */
  readonly lastSeenAt: number;
  /** What it last said, as long as it is connected. */
  readonly report: (Report & { readonly askedAt: number }) | undefined;
  /** Why it is out of reach, or refused to answer. */
  readonly error: Error | undefined;
}

export type Sentinels = ReadonlyMap<string, SentinelView>;

/** An address that sentinels name, with the highest config epoch under which they do, and who they are. */
export interface Nomination {
  readonly address: NodeAddress;
  readonly configEpoch: number;
  readonly supporters: readonly string[];
}

export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/**
 * The sentinels that have a voice: those connected, and those that a connected one names. One that was
 * configured and that nobody names any more was replaced; it is dialled on, and not counted.
 */
export function voters(sentinels: Sentinels): SentinelView[] {
  const views = [...sentinels.values()];
  const reports = views.flatMap((view) => (view.state === 'connected' && view.report ? [view.report] : []));
  if (reports.length === 0) return views;
  const named = new Set<string>();
  for (const report of reports) {
    for (const peer of report.peers) named.add(peer.id).add(addressKey(peer.address));
  }
  return views.filter((view) =>
    view.state === 'connected'
      ? view.report === undefined || view.report.master !== undefined
      : named.has(addressKey(view.address)) || (view.id !== undefined && named.has(view.id)),
  );
}

/** The sentinels that are connected and have said which address the master has. */
export function witnesses(sentinels: Sentinels): [key: string, report: Report & { askedAt: number }][] {
  return [...sentinels].flatMap(([key, view]) =>
    view.state === 'connected' && view.report?.master ? [[key, view.report]] : [],
  );
}

/**
 * Every address that is named, the best first: the highest config epoch wins, and among equals (possible
 * after `SENTINEL RESET`) the one that more sentinels name.
 */
export function nominations(sentinels: Sentinels): Nomination[] {
  const byAddress = new Map<string, { address: NodeAddress; configEpoch: number; supporters: string[] }>();
  for (const [key, report] of witnesses(sentinels)) {
    if (report.master === undefined) continue;
    const id = addressKey(report.master);
    const entry = byAddress.get(id) ?? { address: report.master, configEpoch: 0, supporters: [] };
    entry.configEpoch = Math.max(entry.configEpoch, report.configEpoch);
    entry.supporters.push(key);
    byAddress.set(id, entry);
  }
  return [...byAddress.values()].sort(
    (a, b) => b.configEpoch - a.configEpoch || b.supporters.length - a.supporters.length,
  );
}

/** Whether a first decision may be taken: a majority has answered, or nobody is left to wait for. */
export function mayDecide(sentinels: Sentinels): boolean {
  const answered = witnesses(sentinels).length;
  if (answered === 0) return false;
  return answered >= majorityOf(voters(sentinels).length) || ![...sentinels.values()].some(isPending);
}

/** Still to answer for the first time, or to fail. */
export function isPending(view: SentinelView): boolean {
  if (view.state === 'connected') return view.report === undefined && view.error === undefined;
  return view.state === 'connecting' && view.error === undefined;
}
