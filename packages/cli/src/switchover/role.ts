import type { NodeAddress, Reply } from '@switchmaster/core';
import { toAddress, toTexts } from '../replies.ts';
import type { Line } from '../line.ts';

/** What a node says of itself, with how far it is in the replication stream. */
export type Role =
  | { readonly kind: 'master'; readonly offset: bigint }
  | {
      readonly kind: 'replica';
      readonly offset: bigint;
      readonly of: NodeAddress | undefined;
      readonly isLinkUp: boolean;
    };

export async function askRole(line: Line): Promise<Role> {
  return readRole(await line.request('ROLE'), line.where);
}

export function readRole(reply: Reply, where: string): Role {
  const [kind, ...rest] = toTexts(reply);
  if (kind === 'master') return { kind, offset: toOffset(rest[0]) };
  if (kind !== 'slave') throw new Error(`${where} is no Redis node`);
  const [host, port, state, offset] = rest;
  return {
    kind: 'replica',
    offset: toOffset(offset),
    of: toAddress(host, port),
    isLinkUp: state === 'connected',
  };
}

/** -1 while a replica has none. */
function toOffset(text: string | undefined): bigint {
  return text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : -1n;
}
