import { formatAddress, type TopologySnapshot } from '@switchmaster/core';

/** What a health check answers with. */
export interface Health {
  readonly state: 'up' | 'degraded' | 'down';
  readonly data: HealthData;
}

export interface HealthData {
  readonly [key: string]: unknown;
  readonly master: string | undefined;
  readonly phase: TopologySnapshot['phase'];
  /** How many of the known sentinels are connected, such as `3 of 3`. */
  readonly sentinels: string;
  /** Why it is not `up`. */
  readonly message?: string;
}

/** Judges a connection by what its resolver knows and by what became of a ping through its client. */
export function judge(topology: TopologySnapshot, failure: Error | undefined): Health {
  const { master, phase, sentinels } = topology;
  const connected = sentinels.filter(({ state }) => state === 'connected').length;
  const data = {
    master: master && formatAddress(master),
    phase,
    sentinels: `${connected} of ${sentinels.length}`,
  };
  const concerns = concernsOf(topology, connected);
  if (failure) {
    const state = isFailover(topology) ? 'degraded' : 'down';
    return { state, data: { ...data, message: [failure.message, ...concerns].join('; ') } };
  }
  if (concerns.length === 0) return { state: 'up', data };
  return { state: phase === 'closed' ? 'down' : 'degraded', data: { ...data, message: concerns.join('; ') } };
}

/** Its commands wait for a moment. Without a majority of the sentinels nobody knows for how long. */
function isFailover({ phase, candidate, minority }: TopologySnapshot): boolean {
  return phase === 'provisional' || candidate !== undefined || (phase === 'holding' && !minority);
}

function concernsOf(topology: TopologySnapshot, connected: number): string[] {
  const { phase, verified, minority } = topology;
  const concerns: string[] = [];
  if (phase === 'closed') concerns.push('the resolver was closed');
  if (phase === 'discovering') concerns.push('no master is known yet');
  if (isFailover(topology)) concerns.push('a failover is under way');
  if (connected === 0) concerns.push('no sentinel is connected: the topology may be stale');
  else if (minority) concerns.push('a majority of the sentinels is out of sight');
  if (phase === 'following' && !verified) concerns.push('the master has not confirmed that it is one');
  return concerns;
}
