import { sameAddress } from '@switchmaster/core';
import type { Line } from '../line.ts';
import { isFailingOver } from './promotion.ts';
import { askRole } from './role.ts';
import type { Scene } from './scene.ts';
import { until } from './until.ts';

/** The new master is one, the old one replicates it, and the sentinels could fail over again. */
export async function verify(scene: Scene): Promise<string> {
  const { master, candidate, plan, limits } = scene;
  const deadline = performance.now() + limits.verifyMs;
  const holds = async (what: string, check: () => Promise<boolean>): Promise<void> => {
    await until(async () => (await check()) || undefined, { deadline, intervalMs: 20, what });
  };
  await holds(`the role of a master at ${candidate.where}`, async () => {
    return (await askRole(candidate)).kind === 'master';
  });
  await holds(`the replication of ${candidate.where} by ${master.where}`, async () => {
    const role = await askRole(master);
    const follows = role.kind === 'replica' && role.of !== undefined && sameAddress(role.of, plan.candidate);
    return follows && role.isLinkUp;
  });
  await holds('the end of the failover at the sentinels', async () => {
    const ready = await Promise.all(scene.sentinels.map((sentinel) => isReady(sentinel, plan.name)));
    return ready.every((state) => state !== 'busy') && ready.includes('ready');
  });
  return `${master.where} replicates ${candidate.where}, and the sentinels could fail over again`;
}

async function isReady(sentinel: Line, name: string): Promise<'ready' | 'busy' | 'silent'> {
  try {
    if (await isFailingOver(sentinel, name)) return 'busy';
    await sentinel.request('SENTINEL', 'CKQUORUM', name);
    return 'ready';
  } catch {
    return 'silent';
  }
}
