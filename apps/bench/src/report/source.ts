import { readFile } from 'node:fs/promises';
import { sectionNames, type Results, type ScenarioResult, type SectionName } from '../results.ts';

/** What the report is made of: the sections that were measured, each with the run that it comes from. */
export type Source = Readonly<Partial<Record<SectionName, Part>>>;

export interface Part extends Omit<Results, 'sections'> {
  readonly results: readonly ScenarioResult[];
}

/** `source` with what was measured now in place of what it has of the same. */
export function merge(source: Source, { sections, ...run }: Results): Source {
  const parts = sectionNames.flatMap((name): [SectionName, Part][] => {
    const before = source[name];
    const now = sections[name] ?? [];
    if (now.length === 0) return before ? [[name, before]] : [];
    // Where a copy was written to is nobody's business.
    const command = run.command.replace(/ ?--json[ =]\S+/, '');
    return [[name, { ...run, command, results: replaced(before?.results ?? [], now) }]];
  });
  return Object.fromEntries(parts);
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
