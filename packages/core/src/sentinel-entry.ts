import { formatAddress, sameAddress, type NodeAddress } from './address.ts';
import { now } from './clock.ts';
import type { SentinelView } from './consensus.ts';
import { SwitchmasterError } from './errors.ts';
import type { Link } from './link.ts';
import { Quota } from './quota.ts';
import type { Peer } from './sentinel-messages.ts';
import type { Observation } from './topology.ts';

/** All that a set keeps of one sentinel. */
export interface Entry {
  readonly key: string;
  readonly address: NodeAddress;
  readonly origin: 'configured' | 'learnt';
  readonly link: Link;
  state: SentinelView['state'];
  id: string | undefined;
  lastSeenAt: number;
  error: Error | undefined;
  /** The peers that it last named, by master name. */
  readonly peers: Map<string, readonly Peer[]>;
  /** Master names that are being asked for; `again`: something happened since. */
  readonly asking: Map<string, 'once' | 'again'>;
  /** Events by master name: each of them makes us think, and ask. */
  readonly notices: Map<string, Quota>;
  /** When watchers were last told of each kind of useless answer. */
  readonly toldAt: Map<string, number>;
  cancelRefresh: () => void;
}

/** How long the same answer of no use is no news. */
const tellAgainAfterMs = 60_000;

/** A failover has some dozens. */
const maxNoticesPerSecond = 500;

/** What is wrong with one more event about a master, if anything is. */
export function surfeit({ address, notices }: Entry, name: string): SwitchmasterError | undefined {
  const quota = notices.get(name) ?? new Quota(maxNoticesPerSecond);
  notices.set(name, quota);
  if (quota.take(now())) return undefined;
  const message = `sentinel ${formatAddress(address)} sent more than ${maxNoticesPerSecond} events about \`${name}\` within a second`;
  return new SwitchmasterError('PROTOCOL_ERROR', message);
}

/** Whether watchers of a master are to be told of an answer of no use. */
export function isNews({ toldAt }: Entry, name: string, error: SwitchmasterError): boolean {
  // What a peer says may be different each time; which right is missing is in our words.
  const kind = `${name} ${error.code === 'AUTH_REFUSED' ? error.message : error.code}`;
  if (now() - (toldAt.get(kind) ?? -Infinity) < tellAgainAfterMs) return false;
  toldAt.set(kind, now());
  return true;
}

/** Whether it is this sentinel; one that came back elsewhere is another while it is lost here. */
export function isSame(entry: Entry, id: string, address: NodeAddress): boolean {
  if (sameAddress(entry.address, address)) return true;
  return id !== '' && entry.id === id && entry.state !== 'lost';
}

export function viewOf(entry: Entry): Observation {
  const { key, address, id, origin, state, lastSeenAt, error } = entry;
  const configured = origin === 'configured';
  const view: SentinelView = { address, id, configured, state, lastSeenAt, error, report: undefined };
  return { type: 'sentinel', sentinel: key, view };
}
