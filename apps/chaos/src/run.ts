import type { Choice } from './arguments.ts';
import { type Outcome, playEpisode } from './episode.ts';
import { MemoryLevel } from './memory.ts';
import { planOf } from './plan.ts';
import { Scene } from './scene.ts';
import { type Summary, summarize } from './summary.ts';

/** Plays episodes on some clusters at once until the time is up, something goes wrong for good, or `signal` aborts. */
export async function run(
  choice: Choice,
  tell: (outcome: Outcome) => void,
  signal: AbortSignal,
): Promise<Summary> {
  const beganMs = performance.now();
  const outcomes: Outcome[] = [];
  const memory = new MemoryLevel();
  let next = choice.first;
  const goesOn = (): boolean =>
    !signal.aborted &&
    next < choice.first + choice.episodes &&
    performance.now() - beganMs < choice.seconds * 1000;

  const play = async (): Promise<void> => {
    await using scene = await Scene.open();
    while (goesOn()) {
      const number = next++;
      const outcome = await playEpisode(scene, number, planOf(choice.seed, number), {
        perSecond: choice.rate,
      });
      outcomes.push(outcome);
      memory.note();
      tell(outcome);
      // What went wrong may have left the cluster in any state.
      if (outcome.violations.length > 0) return;
    }
  };
  const clusters = Math.min(choice.clusters, choice.episodes);
  await Promise.all(Array.from({ length: clusters }, play));
  return summarize(choice, outcomes, memory);
}
