import type { ClientDefinition } from './clients/client.ts';
import type { ScenarioResult, SectionName } from './results.ts';

/** What a section is given. */
export interface SectionContext {
  /** Those that the command line asks for. A section takes the kinds that it measures. */
  readonly clients: readonly ClientDefinition[];
  /** `--runs`. Undefined: as many as the section needs. */
  readonly runs: number | undefined;
  /** A line on the terminal, which never mixes with `--json`. */
  readonly say: (line: string) => void;
  /** Records a part that could not be measured. {@link attempt} calls it. */
  readonly failed: (part: string, error: unknown) => void;
  /** Stop, and clean up. */
  readonly signal: AbortSignal;
}

/** Does a part of a section. If it fails that is recorded, and the section goes on without it. */
export async function attempt<T>(
  { failed, signal }: Pick<SectionContext, 'failed' | 'signal'>,
  part: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    failed(part, error);
    return undefined;
  }
}

/** A part of the benchmark: `faults`, and those of `load/index.ts`, which exports them as `loadSections`. */
export interface Section {
  readonly name: SectionName;
  readonly title: string;
  /** Yields each result as soon as it is there; it is printed as a table. */
  readonly measure: (context: SectionContext) => AsyncIterable<ScenarioResult>;
}
