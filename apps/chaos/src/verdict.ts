import type { LostRun, WriterFigures } from '@switchmaster/testing';
import type { Plan } from './plan.ts';

/** What a client did in an episode. */
export interface Account {
  readonly client: string;
  readonly figures: WriterFigures;
}

/** What is known of an episode, from outside. */
export interface Evidence {
  readonly plan: Plan;
  /** When the first fault began, by `performance.now()`. */
  readonly beganMs: number;
  /** When a node became a master, or was one no longer. */
  readonly masteryChangesMs: readonly number[];
  readonly accounts: readonly Account[];
  /** How long this process stood still at most. The proxies that the replication goes through live in it. */
  readonly stoodStillMs: number;
}

/** A replica is that far behind when it is promoted, which is 50 ms after it was chosen. */
const tooStillMs = 40;

/** Whether acknowledged writes may be gone: by a crash, or since the replication stood still. */
export function isExcused({ plan, stoodStillMs }: Pick<Evidence, 'plan' | 'stoodStillMs'>): boolean {
  return (
    plan.mayLose || (stoodStillMs >= tooStillMs && plan.steps.some(({ fault }) => fault.cost === 'planned'))
  );
}

/** Sentinels and observers see things a little late, on a busy machine above all. */
const slackMs = 300;
/** A replica that is connected has a write at the latest with the master's next round. */
const replicationLagMs = 1000;

/** What should not have happened, in words. */
export function violations(evidence: Evidence): string[] {
  const { beganMs, masteryChangesMs, accounts } = evidence;
  return accounts.flatMap(({ client, figures }) => {
    const { hung, lost, lostRuns } = figures;
    const found: string[] = [];
    if (hung > 0) found.push(`${client}: ${hung} writes never had an answer`);
    if (lost > 0 && !isExcused(evidence))
      found.push(`${client}: ${lost} acknowledged writes lost without a crash`);
    else
      for (const run of lostRuns)
        if (!isExplained(run, beganMs, masteryChangesMs)) found.push(`${client}: ${describe(run, beganMs)}`);
    return found;
  });
}

/**
 * A master that goes takes its latest writes with it: all that it acknowledged from some moment on, and nothing that
 * was acknowledged by its successor. So a run of lost writes ends where the mastery changed hands.
 */
function isExplained(run: LostRun, beganMs: number, masteryChangesMs: readonly number[]): boolean {
  if (run.fromMs < beganMs - replicationLagMs) return false;
  return masteryChangesMs.some(
    (changeMs) => run.toMs <= changeMs + slackMs && (run.untilMs ?? Infinity) >= changeMs - slackMs,
  );
}

function describe({ count, fromMs, toMs, untilMs }: LostRun, beganMs: number): string {
  const at = (ms: number | undefined): string =>
    ms === undefined ? 'never' : `${(ms - beganMs).toFixed()} ms`;
  return `${count} acknowledged writes lost that no change of the master explains (acknowledged from ${at(fromMs)} to ${at(toMs)}, the next one still there: ${at(untilMs)})`;
}
