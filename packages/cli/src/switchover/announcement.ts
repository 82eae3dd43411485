import { sameAddress } from '@switchmaster/core';
import { toAddress, toTexts } from '../replies.ts';
import type { Line } from '../line.ts';
import { askForFailover } from './promotion.ts';
import type { Scene } from './scene.ts';
import { until } from './until.ts';

/**
 * The sentinels name the new master: all that answer, or at the deadline most of them. Clients that are cut off
 * from the old one earlier would be sent back to it.
 */
export async function awaitAnnouncement(scene: Scene): Promise<string> {
  const { sentinels, candidate, limits } = scene;
  const deadline = performance.now() + limits.announcementMs;
  const what = `the news at every sentinel`;
  const views = (): Promise<View[]> => Promise.all(sentinels.map((sentinel) => viewOf(sentinel, scene)));
  const spread = async (): Promise<number | undefined> => {
    const all = await views();
    const silent = all.filter((view) => view === 'silent').length;
    const news = all.filter((view) => view === 'new').length;
    if (news === 0 && isLeaderSilent(all)) await standIn(scene);
    return news > 0 && news + silent === all.length ? news : undefined;
  };
  try {
    const news = await until(spread, { deadline, intervalMs: 10, what });
    return `${news} of ${sentinels.length} sentinels name ${candidate.where}`;
  } catch (error) {
    const news = (await views()).filter((view) => view === 'new').length;
    if (news === 0) throw error;
    // A config epoch only grows: what one sentinel knows, all will.
    return `${news} of ${sentinels.length} sentinels name ${candidate.where} so far`;
  }
}

type View = 'new' | 'old' | 'silent';

async function viewOf(sentinel: Line, { plan }: Scene): Promise<View> {
  try {
    const reply = await sentinel.request('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', plan.name);
    const [host, port] = toTexts(reply);
    const named = toAddress(host, port);
    return named && sameAddress(named, plan.candidate) ? 'new' : 'old';
  } catch {
    return 'silent';
  }
}

function isLeaderSilent([leader]: readonly View[]): boolean {
  return leader === 'silent';
}

/**
 * A leader that died after the promotion has told nobody. The next sentinel fails over to the same replica, in the
 * ordinary way: a master that has handed over cannot do it again.
 */
async function standIn(scene: Scene): Promise<void> {
  const next = scene.sentinels.find((sentinel) => !scene.facts.leaders.includes(sentinel));
  if (next && scene.facts.leaders.length === 1) await askForFailover(next, scene, false);
}
