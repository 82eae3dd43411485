import { formatAddress, type NodeAddress } from '@switchmaster/core';
import { masterOf, type NodeFacts, type SentinelFacts, type Survey } from './survey.ts';

/** One line of the overview. */
export interface MemberLine {
  readonly role: 'master' | 'replica' | 'sentinel';
  readonly address: NodeAddress;
  readonly version: string | undefined;
  /** `ok`, or why there is no answer. */
  readonly state: 'ok' | 'down' | 'silent' | 'refused' | 'protected' | 'certificate';
}

const roles: readonly MemberLine['role'][] = ['master', 'replica', 'sentinel'];

/** Everybody: the master, replicas, sentinels. */
export function membersOf(survey: Survey): MemberLine[] {
  const master = masterOf(survey);
  return [
    ...survey.nodes.map((node) => line(node, node === master ? 'master' : 'replica')),
    ...survey.sentinels.map((sentinel) => line(sentinel, 'sentinel')),
  ].toSorted((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role) || byAddress(a.address, b.address));
}

function byAddress(a: NodeAddress, b: NodeAddress): number {
  return a.host.localeCompare(b.host, 'en', { numeric: true }) || a.port - b.port;
}

function line({ address, info, trouble }: NodeFacts | SentinelFacts, role: MemberLine['role']): MemberLine {
  const version = info.get('valkey_version') ?? info.get('redis_version');
  const reason = trouble?.reason ?? 'ok';
  return { role, address, version, state: reason === 'unreachable' ? 'down' : reason };
}

/** What `--json` prints of a member. */
export function memberJson({ address, ...rest }: MemberLine): object {
  return { address: formatAddress(address), ...rest };
}
