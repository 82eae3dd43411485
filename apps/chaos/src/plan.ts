import { type Cost, type Fault, faults } from './faults.ts';
import { seeded } from './random.ts';

/** A fault, and how long after the one before. */
export interface Step {
  readonly fault: Fault;
  readonly afterMs: number;
  /** Whatever the fault has to choose, it chooses by this number. */
  readonly dice: number;
}

/** What is done to a cluster before it is made whole again. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Whether a write that was acknowledged may be gone afterwards. */
  readonly mayLose: boolean;
}

const mostSteps = 4;
const longestPauseMs = 700;

/** The plan of an episode: the same for the same seed and number. */
export function planOf(seed: number, episode: number): Plan {
  const random = seeded(seed * 100_003 + episode);
  const steps = Array.from({ length: random.int(1, mostSteps) }, (): Step => ({
    fault: random.pick(faults),
    afterMs: random.int(0, longestPauseMs),
    dice: random.int(0, 1_000_000),
  }));
  return { steps, mayLose: mayLose(steps.map(({ fault }) => fault.cost)) };
}

/** Replication is asynchronous: a crash may cost the last writes, and so may a failover that is disturbed. */
export function mayLose(costs: readonly Cost[]): boolean {
  if (costs.includes('master')) return true;
  return costs.includes('planned') && costs.includes('participant');
}
