import { addressKey, formatAddress, sameAddress, type NodeAddress } from '@switchmaster/core';
import type { Row } from '../replies.ts';

/** Why a server could not be asked. */
export interface Trouble {
  readonly reason: 'unreachable' | 'silent' | 'refused' | 'protected' | 'certificate';
  readonly message: string;
}

export interface Certificate {
  readonly validUntil: number;
  /** Why it is not one for the announced host; `undefined` if it is. */
  readonly mismatch: string | undefined;
}

/** A command that somebody else's ACL user may not run on a node, though it has to. */
export interface Denial {
  readonly user: string;
  readonly purpose: 'sentinels' | 'replication';
  readonly command: string;
}

interface ServerFacts {
  readonly address: NodeAddress;
  /** Where this is given, nothing else is known but the address. */
  readonly trouble: Trouble | undefined;
  /** Fields of `INFO`. */
  readonly info: Row;
  /** Our questions that our user may not ask. */
  readonly refused: readonly string[];
  readonly certificate: Certificate | undefined;
}

export interface SentinelFacts extends ServerFacts {
  readonly kind: 'sentinel';
  readonly id: string | undefined;
  /** How the other sentinels know it. */
  readonly announced: NodeAddress | undefined;
  /** Why it cannot be reached under that address. */
  readonly announcedTrouble: Trouble | undefined;
  /** `SENTINEL GET-MASTER-ADDR-BY-NAME`; `undefined` if it does not know the name. */
  readonly masterAddress: NodeAddress | undefined;
  /** `SENTINEL MASTER`, `REPLICAS` and `SENTINELS`. */
  readonly master: Row;
  readonly replicas: readonly Row[];
  readonly peers: readonly Row[];
  /** Why `SENTINEL CKQUORUM` fails. */
  readonly quorumTrouble: string | undefined;
}

export interface NodeFacts extends ServerFacts {
  readonly kind: 'node';
  readonly role: 'master' | 'replica' | undefined;
  /** Whom it replicates. */
  readonly replicates: NodeAddress | undefined;
  /** Those that replicate it: `slave0` and so on, of `INFO`. */
  readonly replicas: readonly Row[];
  /** `CONFIG GET`, without secrets. */
  readonly config: Row;
  /** Whether it has a password for its own master. */
  readonly hasMasterAuth: boolean | undefined;
  /** Whether anybody may come in without a password. */
  readonly open: boolean | undefined;
  readonly denials: readonly Denial[];
}

/** All that is known of a deployment at one moment. Rules read it and nothing else. */
export interface Survey {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly sentinels: readonly SentinelFacts[];
  readonly nodes: readonly NodeFacts[];
}

export function isReached({ trouble }: { readonly trouble: Trouble | undefined }): boolean {
  return trouble === undefined;
}

/** Whether there is no answer at all; who refuses us is there. */
export function isSilent({ trouble }: { readonly trouble: Trouble | undefined }): boolean {
  return trouble?.reason === 'unreachable' || trouble?.reason === 'silent';
}

/** The sentinels that answer and watch this master. */
export function watching({ sentinels }: Survey): SentinelFacts[] {
  return sentinels.filter(({ masterAddress }) => masterAddress !== undefined);
}

/** The node that most sentinels name as the master. */
export function masterOf(survey: Survey): NodeFacts | undefined {
  const votes = new Map<string, number>();
  for (const { masterAddress } of watching(survey)) {
    const key = masterAddress ? addressKey(masterAddress) : '';
    votes.set(key, (votes.get(key) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([, a], [, b]) => b - a)[0] ?? [];
  return survey.nodes.find(({ address }) => addressKey(address) === winner);
}

/** The nodes that are no master to the sentinels. */
export function replicasOf(survey: Survey): NodeFacts[] {
  const master = masterOf(survey);
  return survey.nodes.filter((node) => node !== master);
}

/** How the sentinels see a node: its rows, of those who know it. */
export function viewsOf(survey: Survey, { address }: NodeFacts): Row[] {
  return watching(survey).flatMap(({ master, replicas }) =>
    [master, ...replicas].filter((row) => isRowOf(row, address)),
  );
}

/** How the other sentinels see one. */
export function viewsOfSentinel(survey: Survey, { id, address }: SentinelFacts): Row[] {
  return watching(survey).flatMap(({ peers }) =>
    peers.filter((row) => (id !== undefined && row.get('runid') === id) || isRowOf(row, address)),
  );
}

export function isRowOf(row: Row, address: NodeAddress): boolean {
  const host = row.get('ip');
  return host !== undefined && sameAddress({ host, port: Number(row.get('port')) }, address);
}

/** Split on commas, since `master` is a part of `master_down` too. */
export function hasFlag(row: Row, ...flags: readonly string[]): boolean {
  const set = (row.get('flags') ?? '').split(',');
  return flags.some((flag) => set.includes(flag));
}

export function nameOf({ kind, address }: SentinelFacts | NodeFacts): string {
  return `${kind} ${formatAddress(address)}`;
}

export function addressesOf(servers: readonly { readonly address: NodeAddress }[]): string[] {
  return servers.map(({ address }) => formatAddress(address));
}
