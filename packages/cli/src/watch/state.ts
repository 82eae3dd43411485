import type { TopologySnapshot } from '@switchmaster/core';
import { type Failover, followFailover } from './failover.ts';
import type { Happening } from './happening.ts';

/** What is shown. */
export interface WatchState {
  readonly topology: TopologySnapshot;
  /** The last one, over or not. */
  readonly failover: Failover | undefined;
  /** The last ones, the latest at the end. */
  readonly recent: readonly Happening[];
}

const recentLength = 50;

export function observe(state: WatchState, happening: Happening): WatchState {
  const topology = happening.type === 'topology' ? happening.topology : state.topology;
  const failover = followFailover(state.failover, happening, topology.name);
  const isNews = happening.type !== 'topology';
  const recent = isNews ? [...state.recent, happening].slice(-recentLength) : state.recent;
  return { topology, failover, recent };
}
