import type { Deployment } from '../clients/client.ts';

/** What a process full of resolvers can be told to do. */
export interface ResolverJobs {
  /** Resolves when each of them knows its master. */
  start(task: StartTask): Promise<void>;
  /** Resolves when each of them has moved. */
  watch(): Promise<Moves>;
}

export interface StartTask {
  readonly deployment: Deployment;
  readonly count: number;
  /** Whether they are given a sentinel set, and not the sentinels' addresses. */
  readonly share: boolean;
}

export interface Moves {
  /** Of each resolver, by `clockMs()`. */
  readonly movedAt: readonly number[];
  /** Of the whole process, from the beginning of the failover until the last one moved. */
  readonly cpuMs: number;
}
