import type { FaultName, Topology } from '../page/messages.ts';

/** The buttons to press until the cluster is whole. */
export function repairsFor(topology: Topology | undefined): FaultName[] {
  if (!topology) return [];
  const { nodes, sentinels } = topology;
  return [
    ...(nodes.some(({ state }) => state === 'frozen') ? (['thaw'] as const) : []),
    ...([...nodes, ...sentinels].some(({ isolated }) => isolated) ? (['heal'] as const) : []),
    ...(sentinels.some(({ state }) => state === 'dead') ? (['start-sentinel'] as const) : []),
    ...(nodes.some(({ state }) => state === 'dead') ? (['restart'] as const) : []),
  ];
}
