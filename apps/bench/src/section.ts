import type { ClientDefinition } from './clients/client.ts';
import type { ScenarioResult, SectionName } from './results.ts';

/** What a section is given. */
export interface SectionContext {
  /** Those that the command line asks for. A section takes the kinds that it measures. */
  readonly clients: readonly ClientDefinition[];
  /** `--runs`. */
  readonly runs: number;
  /** A line on the terminal, which never mixes with `--json`. */
  readonly say: (line: string) => void;
  /** Stop, and clean up. */
  readonly signal: AbortSignal;
}

/** A part of the benchmark: `faults`, and those of `load/index.ts`, which exports them as `loadSections`. */
export interface Section {
  readonly name: SectionName;
  readonly title: string;
  /** Yields each result as soon as it is there; it is printed as a table. */
  readonly measure: (context: SectionContext) => AsyncIterable<ScenarioResult>;
}
