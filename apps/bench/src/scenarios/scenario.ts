import type { ClusterOptions } from '@switchmaster/testing';
import type { Stage } from '../faults/stage.ts';

/** Something that happens to a deployment while clients write to it. */
export interface Scenario {
  /** `S1`; where there are variants, `S7a` and `S7b`. */
  readonly id: string;
  readonly title: string;
  /** What is done, and how long is looked on. */
  readonly about: string;
  /** Default: a master, two replicas and three sentinels with `down-after-milliseconds 1000`. */
  readonly cluster?: ClusterOptions;
  /** How many failovers belong to it. With more, a run is kept apart. */
  readonly failovers: number;
  /** Injects the fault, and resolves when nothing more is to be seen. */
  readonly play: (stage: Stage) => Promise<void>;
}
