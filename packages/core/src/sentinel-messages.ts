import { isHost, isPort, type NodeAddress } from './address.ts';
import { asArray, asMap, asString, ReplyError, type Reply } from './resp/reply.ts';
import type { Replica } from './snapshot.ts';

/**
 * How far the leader of a failover has come, in its own words:
 *
 * - `selected`: it has chosen the candidate;
 * - `promoting`: it is about to send `SLAVEOF NO ONE`;
 * - `waiting`: it has sent it, and waits for the candidate to say so in `INFO`, which it asks each second;
 * - `promoted`: it has seen the promotion.
 */
export type FailoverStage = 'selected' | 'promoting' | 'waiting' | 'promoted';

/** What an event of a sentinel says about one master name. Everything else is a reason to ask. */
export type Notice =
  | { readonly kind: 'failover'; readonly stage: FailoverStage; readonly candidate: NodeAddress }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'switched'; readonly from: NodeAddress; readonly to: NodeAddress }
  | { readonly kind: 'down' }
  | { readonly kind: 'changed' };

/** Another sentinel, as one names it. */
export interface Peer {
  readonly id: string;
  readonly address: NodeAddress;
}

/** One sentinel's view of one master name, read in one round trip. */
export interface Report {
  /** `undefined` where this sentinel does not know the name. */
  readonly master: NodeAddress | undefined;
  readonly configEpoch: number;
  /** Whether this sentinel leads a failover that it has not ended. */
  readonly leading: boolean;
  /** How far that failover has come, once a candidate is being promoted. */
  readonly failover: { readonly stage: FailoverStage; readonly candidate: NodeAddress } | undefined;
  readonly replicas: readonly Replica[];
  /** Replicas that this sentinel takes for masters which have yet to be demoted, and is about to ask again. */
  readonly undemoted: readonly NodeAddress[];
  readonly peers: readonly Peer[];
}

const stageOfChannel: ReadonlyMap<string, FailoverStage> = new Map([
  ['+selected-slave', 'selected'],
  ['+failover-state-send-slaveof-noone', 'promoting'],
  ['+failover-state-wait-promotion', 'waiting'],
  ['+promoted-slave', 'promoted'],
]);

const stageOfState: ReadonlyMap<string, FailoverStage> = new Map([
  ['send_slaveof_noone', 'promoting'],
  ['wait_promotion', 'waiting'],
  ['reconf_slaves', 'promoted'],
  ['update_config', 'promoted'],
]);

const abortChannels = [
  '-failover-abort-not-elected',
  '-failover-abort-no-good-slave',
  '-failover-abort-slave-timeout',
];
const changeChannels = [
  '+sdown',
  '-sdown',
  '+odown',
  '-odown',
  '+slave',
  '+slave-reconf-done',
  '+convert-to-slave',
  '+fix-slave-config',
  '+failover-end',
  '+failover-end-for-timeout',
  '+sentinel',
  '+sentinel-address-switch',
  '+sentinel-address-update',
  '+reset-master',
  '+monitor',
  '+reboot',
];

/** The channels that a link subscribes to: exact names, as `sentinel.c` publishes them. */
export const CHANNELS: readonly string[] = [
  '+switch-master',
  ...stageOfChannel.keys(),
  ...abortChannels,
  ...changeChannels,
];

/** Reads an event into the master name that it is about and what it says; `undefined` if it says nothing. */
export function parseNotice(channel: string, payload: string): [name: string, notice: Notice] | undefined {
  const words = payload.split(' ');
  if (channel === '+switch-master') return parseSwitch(words);
  const subject = parseInstance(words);
  if (subject === undefined) return undefined;
  const stage = stageOfChannel.get(channel);
  if (stage !== undefined) return [subject.name, { kind: 'failover', stage, candidate: subject.address }];
  if (abortChannels.includes(channel)) return [subject.name, { kind: 'aborted' }];
  const masterDown = subject.type === 'master' && (channel === '+sdown' || channel === '+odown');
  return [subject.name, { kind: masterDown ? 'down' : 'changed' }];
}

function parseSwitch(words: readonly string[]): [string, Notice] | undefined {
  const [name, fromHost, fromPort, toHost, toPort] = words;
  const from = toAddress(fromHost, fromPort);
  const to = toAddress(toHost, toPort);
  return name && from && to ? [name, { kind: 'switched', from, to }] : undefined;
}

/** `<type> <name> <host> <port>[ @ <master name> <host> <port>]`: the name is the master's in either form. */
function parseInstance(
  words: readonly string[],
): { type: string; name: string; address: NodeAddress } | undefined {
  const [type, own, host, port, at, masterName] = words;
  const address = toAddress(host, port);
  const name = type === 'master' ? own : at === '@' ? masterName : undefined;
  return type && name && address ? { type, name, address } : undefined;
}

/** The questions whose answers make up a {@link Report}, to be sent in one write. */
export function reportCommands(name: string): string[][] {
  return [
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name],
    ['SENTINEL', 'MASTER', name],
    ['SENTINEL', 'REPLICAS', name],
    ['SENTINEL', 'SENTINELS', name],
  ];
}

/**
 * Reads the answers to {@link reportCommands}. The address comes from `GET-MASTER-ADDR-BY-NAME`, since
 * `SENTINEL MASTER` lags behind it on the leader of a failover; the config epoch from `SENTINEL MASTER`,
 * where the leader raises it together with the address of the former.
 */
export function parseReport(replies: readonly Reply[]): Report {
  const [address, master, replicas, peers] = replies;
  if (address === null || address === undefined || isUnknownName(master)) return unknownName;
  const refusal = replies.find((reply) => reply instanceof ReplyError);
  if (refusal !== undefined) throw refusal;
  const [host, port] = asArray(address).map(asString);
  const row = asMap(master ?? null);
  const replicaRows = toRows(replicas);
  return {
    master: toAddress(host, port),
    configEpoch: toNumber(row.get('config-epoch')),
    leading: flagsOf(row).has('failover_in_progress'),
    failover: failoverIn(row, replicaRows),
    replicas: toReplicas(replicaRows),
    undemoted: replicaRows.filter(isUndemoted).flatMap((one) => addressIn(one) ?? []),
    peers: toRows(peers).flatMap(toPeer),
  };
}

const unknownName: Report = {
  master: undefined,
  configEpoch: 0,
  leading: false,
  failover: undefined,
  replicas: [],
  undemoted: [],
  peers: [],
};

/** No deployment has more replicas or sentinels; each of them costs time at every observation. */
const maxRows = 256;

/** Real ids have 40 characters. */
export const longestId = 64;

function toRows(reply: Reply | undefined): Map<string, string>[] {
  return asArray(reply ?? null)
    .slice(0, maxRows)
    .map(asMap);
}

function isUnknownName(reply: Reply | undefined): boolean {
  return reply instanceof ReplyError && /no such (master|primary)|IDONTKNOW/i.test(reply.message);
}

function failoverIn(
  master: Map<string, string>,
  replicas: readonly Map<string, string>[],
): Report['failover'] {
  const stage = stageOfState.get(master.get('failover-state') ?? '');
  const promoted = replicas.find((row) => flagsOf(row).has('promoted'));
  const candidate = promoted && addressIn(promoted);
  return stage && candidate ? { stage, candidate } : undefined;
}

function toReplicas(rows: readonly Map<string, string>[]): Replica[] {
  const furthest = Math.max(0, ...rows.map((row) => toNumber(row.get('slave-repl-offset'))));
  return rows.flatMap((row) => {
    const address = addressIn(row);
    return address ? [{ ...address, ...replicaHealth(row, furthest) }] : [];
  });
}

/** A sentinel demotes what has said `master` for 8 s (`+convert-to-slave`); what is close to that counts. */
const undemotedMs = 5000;
/** It asks replicas for their role each 10 s. A promotion is announced within 1.3 s from the choice of the replica. */
const askedSoonMs = 8000;

function isUndemoted(row: Map<string, string>): boolean {
  return (
    row.get('role-reported') === 'master' &&
    toNumber(row.get('role-reported-time')) >= undemotedMs &&
    toNumber(row.get('info-refresh')) >= askedSoonMs
  );
}

function replicaHealth(row: Map<string, string>, furthest: number): Omit<Replica, keyof NodeAddress> {
  const flags = flagsOf(row);
  const down = ['s_down', 'o_down', 'disconnected'].some((flag) => flags.has(flag));
  const offset = toNumber(row.get('slave-repl-offset'));
  return {
    healthy: !down && row.get('master-link-status') === 'ok',
    masterLinkDownMs: toNumber(row.get('master-link-down-time')),
    offset,
    lagBytes: furthest - offset,
    priority: toNumber(row.get('slave-priority')),
  };
}

function toPeer(row: Map<string, string>): Peer[] {
  const address = addressIn(row);
  const id = row.get('runid') ?? '';
  return address ? [{ id: id.length <= longestId ? id : '', address }] : [];
}

/** Split on commas, since `master` is a part of `master_down` and `master_reboot`. */
function flagsOf(row: Map<string, string>): Set<string> {
  return new Set((row.get('flags') ?? '').split(','));
}

function addressIn(row: Map<string, string>): NodeAddress | undefined {
  return toAddress(row.get('ip'), row.get('port'));
}

function toAddress(host: string | undefined, port: string | undefined): NodeAddress | undefined {
  const number = Number(port);
  return host && isHost(host) && isPort(number) ? Object.freeze({ host, port: number }) : undefined;
}

function toNumber(text: string | undefined): number {
  const number = Number(text);
  return Number.isFinite(number) ? number : 0;
}

/** What a node says of itself. */
export type NodeRole =
  | { readonly kind: 'master' }
  | { readonly kind: 'replica'; readonly of: NodeAddress | undefined; readonly linkUp: boolean };

/** Reads the answer to `ROLE`; `undefined` if it is no data node's. */
export function parseRole(reply: Reply): NodeRole | undefined {
  const [kind, host, port, link] = asArray(reply);
  if (kind === 'master') return { kind: 'master' };
  if (kind !== 'slave') return undefined;
  const of = typeof host === 'string' && typeof port === 'number' ? toAddress(host, `${port}`) : undefined;
  return { kind: 'replica', of, linkUp: link === 'connected' };
}
