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

/** A map of sentinels is never changed, and asked about many times before there is another one. */
function once<T>(work: (sentinels: Sentinels) => T): (sentinels: Sentinels) => T {
  let last: { readonly sentinels: Sentinels; readonly result: T } | undefined;
  return (sentinels) => {
    if (last?.sentinels !== sentinels) last = { sentinels, result: work(sentinels) };
    return last.result;
  };
}

/**
 * The sentinels that have a voice: those connected, and those that a connected one names. One that was
 * configured and that nobody names any more was replaced; it is dialled on, and not counted. Who names nobody
 * has nothing to say about that: after `SENTINEL RESET` the list is empty at first.
 */
export const voters: (sentinels: Sentinels) => readonly SentinelView[] = once((sentinels) => {
  const views = [...sentinels.values()];
  const peers = views.flatMap((view) => (view.state === 'connected' && view.report ? view.report.peers : []));
  const named = new Set(peers.flatMap((peer) => [peer.id, addressKey(peer.address)]));
  return views.filter((view) =>
    view.state === 'connected'
      ? view.report === undefined || view.report.master !== undefined
      : named.size === 0 ||
        named.has(addressKey(view.address)) ||
        (view.id !== undefined && named.has(view.id)),
  );
});

type Witness = readonly [key: string, report: Report & { readonly askedAt: number }];

/** The sentinels that are connected and have said which address the master has. */
export const witnesses: (sentinels: Sentinels) => readonly Witness[] = once((sentinels) =>
  [...sentinels].flatMap(([key, view]): Witness[] =>
    view.state === 'connected' && view.report?.master ? [[key, view.report]] : [],
  ),
);

/**
 * Every address that is named, the best first: the highest config epoch wins, and among equals (possible
 * after `SENTINEL RESET`) the one that more sentinels name.
 */
export const nominations: (sentinels: Sentinels) => readonly Nomination[] = once((sentinels) => {
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
});

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
