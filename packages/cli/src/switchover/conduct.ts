import { awaitAnnouncement } from './announcement.ts';
import { type Action, type Attempt, nextAction, type Outcome } from './course.ts';
import { demote } from './demotion.ts';
import { awaitMoment } from './moment.ts';
import { catchUp, pause, resume } from './pause.ts';
import { prefer, restore } from './preference.ts';
import { awaitPromotion, callOff, failOver, type Promoted, takeBack } from './promotion.ts';
import type { Scene } from './scene.ts';
import { verify } from './verification.ts';

/** An action that was tried. */
export interface Step extends Attempt {
  /** What came of it, in words. */
  readonly detail: string;
  readonly tookMs: number;
}

type Perform = (scene: Scene, signal: AbortSignal) => Promise<string | Promoted>;

const actions: Readonly<Record<Action, Perform>> = {
  prefer,
  'await-moment': awaitMoment,
  pause,
  'catch-up': catchUp,
  'fail-over': failOver,
  'await-promotion': awaitPromotion,
  'await-announcement': awaitAnnouncement,
  demote,
  resume,
  restore,
  verify,
  'call-off': callOff,
  'take-back': takeBack,
};

/** What Ctrl-C stops. All that comes later is finished or undone, which is over in seconds. */
const interruptible: ReadonlySet<Action> = new Set([
  'prefer',
  'await-moment',
  'pause',
  'catch-up',
  'fail-over',
]);

/** Does one action after the other, as the course of things demands, and tells of each. */
export async function conduct(
  scene: Scene,
  signal: AbortSignal,
  tell: (step: Step) => void,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (let action = nextAction(steps); action; action = nextAction(steps)) {
    const step = await attempt(action, scene, signal);
    steps.push(step);
    tell(step);
  }
  return steps;
}

async function attempt(action: Action, scene: Scene, signal: AbortSignal): Promise<Step> {
  const startedAt = performance.now();
  const ended = (outcome: Outcome, detail: string): Step => {
    return { action, outcome, detail, tookMs: Math.round(performance.now() - startedAt) };
  };
  try {
    if (interruptible.has(action)) signal.throwIfAborted();
    const result = await actions[action](scene, signal);
    return typeof result === 'string' ? ended('done', result) : ended(result.outcome, result.detail);
  } catch (error) {
    const interrupted = signal.aborted && interruptible.has(action);
    return ended('failed', interrupted ? 'interrupted' : (error as Error).message);
  }
}
