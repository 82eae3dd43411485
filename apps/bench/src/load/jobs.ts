import type { Deployment } from '../clients/client.ts';

/** What the process of a client can be told to do, one at a time, and what it answers. */
export interface Jobs {
  /** Connects further clients of its kind. */
  connect(task: ConnectTask): Promise<void>;
  /** Closes all of them. */
  close(): Promise<void>;
  /** As many commands as one client can do. */
  hammer(task: HammerTask): Promise<Work>;
  /**
   * Commands at fixed times, whether or not those before were answered. For each of the last stretch, the milliseconds
   * from the moment at which it was due until its reply.
   */
  pace(task: PaceTask): Promise<readonly number[]>;
  /**
   * Collects all garbage. A client does so once in so many commands, for a tenth of a second at a quarter of its speed:
   * whether a turn has that in it or not would decide more than the client does, so everyone begins with none.
   */
  collect(): Promise<void>;
  /** What is in use once all garbage is collected. */
  weigh(): Promise<Weight>;
}

export interface ConnectTask {
  readonly deployment: Deployment;
  readonly count: number;
}

export interface HammerTask {
  /** `pipeline`: explicit pipelines of SET. */
  readonly command: 'set' | 'get' | 'pipeline';
  readonly inFlight: number;
  /** What is done in the first so many milliseconds is not counted. */
  readonly leadInMs: number;
  readonly durationMs: number;
}

export interface Work {
  readonly commands: number;
  readonly wallMs: number;
  /** Of the whole process, all its threads. */
  readonly cpuMs: number;
}

export interface PaceTask {
  /** One after the other, without a break. */
  readonly stretches: readonly Stretch[];
}

export interface Stretch {
  readonly perSecond: number;
  readonly durationMs: number;
}

export interface Weight {
  /** JavaScript's heap, and what lies outside it on its behalf. */
  readonly heapBytes: number;
  /** What the process occupies. */
  readonly residentBytes: number;
}

/** From the benchmark to a process. */
export interface Order {
  readonly job: string;
  readonly task: unknown;
}

/** From a process to the benchmark. */
export type Answer = { readonly result: unknown } | { readonly failure: string };
