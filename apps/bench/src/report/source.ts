import { readFile } from 'node:fs/promises';
import {
  sectionNames,
  type Machine,
  type Results,
  type ScenarioResult,
  type SectionName,
} from '../results.ts';
import { machineText } from './where.ts';

/** What the report is made of: the sections that were measured, each with the run that it comes from. */
export type Source = Readonly<Partial<Record<SectionName, Part>>>;

export interface Part extends Omit<Results, 'sections' | 'failures'> {
  readonly results: readonly ScenarioResult[];
  /** What the newest command could not measure. */
  readonly failed?: readonly string[] | undefined;
}

/** `source` with what was measured now in place of what it has of the same. */
export function merge(source: Source, { sections, failures, ...run }: Results): Source {
  const parts = sectionNames.flatMap((name): [SectionName, Part][] => {
    const before = source[name];
    const now = sections[name] ?? [];
    if (now.length === 0) return before ? [[name, before]] : [];
    // Only the names: a message can tell of the machine.
    const failed = failures.filter(({ section }) => section === name).map(({ part }) => part);
    const kept = before ? ofMachine(before, run.machine) : [];
    const results = replaced(kept, now.map(withoutPath));
    return [
      [name, { ...run, command: publicCommand(run.command), results, ...(failed.length > 0 && { failed }) }],
    ];
  });
  return Object.fromEntries(parts);
}

function withoutPath(result: ScenarioResult): ScenarioResult {
  const { origin } = result;
  return origin ? { ...result, origin: { ...origin, command: publicCommand(origin.command) } } : result;
}

/** The results of a part that is to be one of `machine`. */
function ofMachine({ results, machine: before }: Part, machine: Machine): readonly ScenarioResult[] {
  if (machineText(before) === machineText(machine)) return results;
  return results.map((result) =>
    result.origin && !result.origin.machine
      ? { ...result, origin: { ...result.origin, machine: before } }
      : result,
  );
}

/** Where a copy was written to is nobody's business. */
function publicCommand(command: string): string {
  return command.replace(/ ?--json[ =]\S+/, '');
}

/** In the order in which they were first measured. */
function replaced(before: readonly ScenarioResult[], now: readonly ScenarioResult[]): ScenarioResult[] {
  const key = ({ scenario, variant }: ScenarioResult): string => `${scenario} ${variant ?? ''}`;
  const all = new Map([...before, ...now].map((result) => [key(result), result]));
  return [...all.values()];
}

export async function readSource(path: string): Promise<Source> {
  return JSON.parse(await readFile(path, 'utf8')) as Source;
}

/** A run takes a line, and no number has more digits than mean something. */
export function serialize(source: Source): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
  const text = JSON.stringify(source, rounded, 1);
  return `${text.replaceAll(/\{\n\s+"(?:run|n|name)"[^{}]*(?:\{[^{}]*\}[^{}]*)*?\}/g, (run) => run.replaceAll(/\s*\n\s*/g, ' '))}\n`;
}
