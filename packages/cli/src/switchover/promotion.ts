import { ReplyError } from '@switchmaster/core';
import { hasFlag } from '../doctor/survey.ts';
import { toRow } from '../replies.ts';
import type { Line } from '../line.ts';
import { failoverMs, prolong } from './pause.ts';
import { askRole } from './role.ts';
import type { Scene } from './scene.ts';
import { Hopeless, until } from './until.ts';

/** Asks the leader for the failover. */
export async function failOver(scene: Scene, signal: AbortSignal): Promise<string> {
  await prolong(scene, signal);
  const leftMs = scene.pauseDeadline - performance.now();
  if (leftMs < failoverMs) {
    throw new Error(
      `${Math.round(leftMs)} ms are left of --max-pause-ms, and a failover needs ${failoverMs}`,
    );
  }
  return await askForFailover(scene.leader, scene);
}

/** A sentinel begins at once, or with `COORDINATED` when others have elected it. */
export async function askForFailover(
  leader: Line,
  { plan, facts }: Scene,
  coordinated: boolean = plan.coordinated,
): Promise<string> {
  facts.leaders.push(leader);
  try {
    await leader.request('SENTINEL', 'FAILOVER', plan.name, ...(coordinated ? ['COORDINATED'] : []));
    return `sentinel ${leader.where} leads${coordinated ? ', and the master is to hand over' : ''}`;
  } catch (error) {
    // It has said no: what is under way there is not ours to call off.
    if (error instanceof ReplyError) facts.leaders.pop();
    throw error;
  }
}

/** The candidate says `master`. */
export async function awaitPromotion(scene: Scene): Promise<string> {
  const { candidate, leader, plan, facts, pauseDeadline } = scene;
  let asked = performance.now();
  const isPromoted = async (): Promise<true | undefined> => {
    if ((await askRole(candidate)).kind === 'master') return true;
    if (performance.now() - asked < 200) return undefined;
    asked = performance.now();
    if (await isFailingOver(leader, plan.name)) return undefined;
    throw new Hopeless(`sentinel ${leader.where} has called the failover off`);
  };
  await until(isPromoted, { deadline: pauseDeadline, intervalMs: 5, what: 'the promotion' });
  facts.promotedAt = performance.now();
  return `${candidate.where} says master`;
}

/** What was to be called off has happened. */
export interface Promoted {
  readonly outcome: 'promoted';
  readonly detail: string;
}

/** `SENTINEL RESET` ends a failover; left alone it might promote the candidate minutes later. */
export async function callOff(scene: Scene): Promise<string | Promoted> {
  const { candidate, plan, facts } = scene;
  if (facts.promotedAt === undefined && (await isMaster(candidate))) return atLast(scene);
  for (const leader of facts.leaders) {
    if (!(await isFailingOver(leader, plan.name))) continue;
    await leader.request('SENTINEL', 'RESET', plan.name);
  }
  if (plan.coordinated && facts.leaders.length > 0) {
    await keepMaster(scene);
    if (facts.promotedAt === undefined && (await isMaster(candidate))) return atLast(scene);
  }
  const asked = facts.leaders.map(({ where }) => where).join(', ');
  return asked === '' ? 'no failover has begun' : `no failover is under way at ${asked}`;
}

function atLast({ candidate, facts }: Scene): Promoted {
  facts.promotedAt = performance.now();
  return { outcome: 'promoted', detail: `${candidate.where} says master by now` };
}

/** A master that has been asked to hand over goes on trying, whatever becomes of the sentinel. */
async function keepMaster({ master }: Scene): Promise<void> {
  await master.request('FAILOVER', 'ABORT').catch((error: unknown) => {
    // It is not handing over, or not any more.
    if (!(error instanceof ReplyError && /no failover/i.test(error.message))) throw error;
  });
}

/** The candidate follows the old master again. */
export async function takeBack({ candidate, plan, facts }: Scene): Promise<string> {
  const { host, port } = plan.master;
  await candidate.request('REPLICAOF', host, port);
  delete facts.promotedAt;
  return `${candidate.where} is a replica again`;
}

async function isMaster(line: Line): Promise<boolean> {
  try {
    return (await askRole(line)).kind === 'master';
  } catch {
    return false;
  }
}

export async function isFailingOver(sentinel: Line, name: string): Promise<boolean> {
  return hasFlag(toRow(await sentinel.request('SENTINEL', 'MASTER', name)), 'failover_in_progress');
}
