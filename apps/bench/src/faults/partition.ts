import type { Cluster, ClientSide, Member } from '@switchmaster/testing';
import { allow, drop, hasOwnNetwork, type Way } from '../own-network.ts';

/** Where clients connect from. */
const clientHost = '127.0.0.1';

/**
 * Cuts members off from the rest, and from the clients if they are outside. Packets are dropped; where that cannot be,
 * proxies take connections and are silent. Needs `proxied: true` and `addressing: 'hosts'`, by which each server calls
 * from an address of its own. Returns what heals it.
 */
export async function partition(
  cluster: Cluster,
  inside: readonly Member[],
  clients: Exclude<ClientSide, 'both'>,
): Promise<() => Promise<void>> {
  if (!hasOwnNetwork()) {
    await cluster.isolate(inside, { clients });
    return () => cluster.heal();
  }
  const members: readonly Member[] = [...cluster.nodes, ...cluster.sentinelHandles];
  const outside = members.filter((member) => !inside.includes(member));
  const walls: Way[] = [
    ...inside.flatMap((one) => outside.flatMap((other) => waysBetween(one, other))),
    ...(clients === 'inside' ? outside : inside).map(({ host }): Way => [clientHost, host]),
  ];
  await drop(walls);
  return () => allow(walls);
}

/** Each calls from its own address, and the other's announced one. */
function waysBetween(one: Member, other: Member): Way[] {
  return [
    [one.place.source ?? one.host, other.host],
    [other.place.source ?? other.host, one.host],
  ];
}
