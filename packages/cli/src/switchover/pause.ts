import { sameAddress } from '@switchmaster/core';
import { askRole } from './role.ts';
import type { Scene } from './scene.ts';
import { until } from './until.ts';

/** The server's own deadline is later than ours: a pause must not end while we still count on it. */
const marginMs = 500;

/** Of the time for the pause, what a failover needs. */
export const failoverMs = 1000;

/** Less than this cannot hold a failover. */
export const shortestPauseMs = 1500;

/**
 * From the failover on, the pause outlasts the time after which the sentinels demote an old master by themselves:
 * about ten seconds, or sixteen where their connections have to be made anew. If we die on the way, they cut its
 * clients off before any of them is answered.
 */
const untilDemotedMs = 30_000;

/**
 * A sentinel greets the others by `PUBLISH`, which waits like a write, and `PING` behind it: to the sentinels a
 * master is down when writes wait there for longer than `down-after-milliseconds`.
 */
export function longestPause(wantedMs: number, downAfterMs: number): number {
  return Math.min(wantedMs, Math.max(shortestPauseMs, downAfterMs));
}

export async function pause(scene: Scene): Promise<string> {
  const { master, facts, limits } = scene;
  // Writes may wait even if the answer never comes.
  facts.pausedAt = performance.now();
  await master.request('CLIENT', 'PAUSE', limits.maxPauseMs + marginMs, 'WRITE');
  return `writes wait at ${master.where}`;
}

/** The candidate has every byte that the master will ever have. */
export async function catchUp(scene: Scene, signal: AbortSignal): Promise<string> {
  const { candidate, plan, facts, pauseDeadline } = scene;
  const offset = await masterOffset(scene);
  facts.offset = offset;
  const hasAll = async (): Promise<true | undefined> => {
    const role = await askRole(candidate);
    const follows = role.kind === 'replica' && role.of !== undefined && sameAddress(role.of, plan.master);
    return follows && role.isLinkUp && role.offset >= offset ? true : undefined;
  };
  const what = `the last bytes at ${candidate.where}`;
  await until(hasAll, { deadline: pauseDeadline - failoverMs, intervalMs: 2, what, signal });
  return `${candidate.where} has every byte up to offset ${offset}`;
}

/**
 * Makes the pause long. Had it ended unnoticed, because this machine slept, say, there would be new bytes.
 */
export async function prolong(scene: Scene, signal: AbortSignal): Promise<void> {
  await scene.master.request('CLIENT', 'PAUSE', untilDemotedMs, 'WRITE');
  await catchUp(scene, signal);
}

/** How long the old master has been waiting for, at most. */
export function pauseEnd({ facts }: Scene): number {
  return (facts.pausedAt ?? performance.now()) + untilDemotedMs;
}

export async function resume({ master, facts }: Scene): Promise<string> {
  await master.request('CLIENT', 'UNPAUSE');
  facts.resumedAt = performance.now();
  return `${master.where} makes nobody wait any longer`;
}

async function masterOffset({ master }: Scene): Promise<bigint> {
  const role = await askRole(master);
  if (role.kind === 'master') return role.offset;
  throw new Error(`${master.where} is no master any more`);
}
