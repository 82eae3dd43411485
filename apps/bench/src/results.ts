import type { ClientKind } from './clients/client.ts';

/** What `--json` writes. Durations are in milliseconds. */
export interface Results {
  readonly startedAt: string;
  /** The arguments of the command line. */
  readonly command: string;
  readonly machine: Machine;
  /** Of each section that ran. */
  readonly sections: Readonly<Partial<Record<SectionName, readonly ScenarioResult[]>>>;
  /** What could not be measured. The rest was. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly section: SectionName;
  /** Which part of the section, in words: `S1, run 2`. */
  readonly part: string;
  readonly message: string;
}

/** When, by which command and at what load something was measured. */
export interface Origin {
  readonly startedAt: string;
  /** The arguments of the command line. */
  readonly command: string;
  /** Of the last minute, when the section began and when the result was there. */
  readonly loadAverage: LoadAverage;
  /** Where that was, if what it stands with has been measured elsewhere since. */
  readonly machine?: Machine | undefined;
}

export interface LoadAverage {
  readonly atStart: number;
  readonly atEnd: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  /** Node, the server, HAProxy, and each npm package by the name that clients use as `library`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of the last minute, when the benchmark began and when it ended. */
  readonly loadAverage: LoadAverage;
}

export const sectionNames = ['faults', 'throughput', 'latency', 'resources', 'fanOut'] as const;

export type SectionName = (typeof sectionNames)[number];

/** A scenario, or a variant of one, with all its clients. */
export interface ScenarioResult {
  /** `S1`, `set`, `idle-50`. */
  readonly scenario: string;
  /** `serial` or `pipelined`; what else a section varies. */
  readonly variant?: string | undefined;
  /** In words. */
  readonly title: string;
  /** The figures of each run, in the order of a table's columns. */
  readonly figures: readonly FigureDefinition[];
  readonly clients: readonly ClientResult[];
  /** What is to be known about it, such as a client that could not take part. */
  readonly notes: readonly string[];
  /** Its own, since the results of several commands are merged. */
  readonly origin?: Origin | undefined;
}

export interface FigureDefinition {
  /** Its key in {@link Run}. */
  readonly name: string;
  readonly title: string;
  readonly unit: 'ms' | 'count' | 'per second' | 'bytes' | 'ratio' | 'percent';
  /** Undefined where neither is. */
  readonly better?: 'lower' | 'higher' | undefined;
}

export interface ClientResult {
  readonly client: string;
  readonly kind: ClientKind;
  readonly library: string;
  /** Those that count. */
  readonly runs: readonly Run[];
  /** Those in which the sentinels failed over twice, or the machine was too busy: kept apart. */
  readonly apart: readonly Run[];
  /** Over `runs`, of each figure that has a number in one of them at least. */
  readonly summary: Readonly<Record<string, Spread>>;
}

export interface Run {
  /** From 1. The same number is the same run for all clients, so ratios can be paired. */
  readonly run: number;
  /** `null`: it did not happen, such as the move of a client that never moved. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** Of the last minute, when the run ended. */
  readonly loadAverage: number;
  /** Messages of what failed, and how often each came. */
  readonly errors?: Readonly<Record<string, number>> | undefined;
  /** Why a run is kept apart. */
  readonly apart?: string | undefined;
}

export interface Spread {
  readonly n: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}
