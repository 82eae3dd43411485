import { formatAddress, type NodeAddress, type TopologySnapshot } from '@switchmaster/core';
import type { SentinelView, Topology } from '../page/messages.ts';
import { type Role, silent } from './roles.ts';
import type { ServerState } from './test-bed.ts';

/** What the picture is made of. */
export interface Views {
  readonly resolver: TopologySnapshot;
  readonly nodes: readonly ServerState[];
  readonly sentinels: readonly ServerState[];
  readonly roles: ReadonlyMap<string, Role>;
  readonly settled: boolean;
}

/** Puts together what the resolver knows and what the cluster knows of its processes. */
export function viewOf({ resolver, nodes, sentinels, roles, settled }: Views, at: number): Topology {
  const { name, phase, configEpoch, minority } = resolver;
  return {
    at,
    name,
    phase,
    master: textOf(resolver.master),
    candidate: textOf(resolver.candidate),
    configEpoch,
    minority,
    settled,
    nodes: nodes.map((node) => ({
      ...node,
      ...(node.state === 'running' ? (roles.get(node.address) ?? silent) : silent),
    })),
    sentinels: sentinels.map((sentinel) => sentinelView(sentinel, resolver)),
  };
}

function sentinelView(sentinel: ServerState, { sentinels }: TopologySnapshot): SentinelView {
  const seen = sentinels.find((one) => formatAddress(one) === sentinel.address);
  return {
    ...sentinel,
    link: seen?.state ?? 'lost',
    master: textOf(seen?.master),
    configEpoch: seen?.configEpoch ?? null,
  };
}

function textOf(address: NodeAddress | undefined): string | null {
  return address ? formatAddress(address) : null;
}

/** Whether nothing changed that is worth a message. */
export function isSameView(a: Topology, b: Topology): boolean {
  return JSON.stringify({ ...a, at: 0 }) === JSON.stringify({ ...b, at: 0 });
}
