import type { Choice } from './arguments.ts';
import { faultSection } from './faults/index.ts';
import { loadSections } from './load/index.ts';
import { describeMachine, loadAverage } from './machine.ts';
import type { Failure, Results, ScenarioResult, SectionName } from './results.ts';
import { attempt, type Section } from './section.ts';
import { colorsOf } from './style.ts';
import { renderTable } from './table.ts';

/** Keeps what there is so far. */
export type Keep = (results: Results) => Promise<void>;

/** Measures section by section, and shows and keeps each result as it comes. What fails does not end the rest. */
export async function measure(
  choice: Choice,
  command: string,
  signal: AbortSignal,
  keep: Keep,
): Promise<Results> {
  const startedAt = new Date().toISOString();
  const atStart = loadAverage();
  const machine = describeMachine();
  const sections: Partial<Record<SectionName, readonly ScenarioResult[]>> = {};
  const failures: Failure[] = [];
  const soFar = (): Results => ({
    startedAt,
    command,
    machine: { ...machine, loadAverage: { atStart, atEnd: loadAverage() } },
    sections,
    failures,
  });
  for (const section of [faultSection(choice), ...loadSections]) {
    if (!choice.sections.includes(section.name)) continue;
    const failed = (part: string, error: unknown): void => {
      const message = error instanceof Error ? error.message : String(error);
      failures.push({ section: section.name, part, message });
      say(`error: ${section.name}, ${part}: ${message}`);
    };
    const work = async (): Promise<void> => {
      for await (const result of resultsOf(section, choice, { command, failed, signal })) {
        sections[section.name] = [...(sections[section.name] ?? []), result];
        await keep(soFar());
      }
    };
    await attempt({ failed, signal }, 'as a whole', work);
  }
  await keep(soFar());
  return soFar();
}

interface Circumstances {
  readonly command: string;
  readonly failed: (part: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** The results of one section, each with its origin. One without a run is none. */
async function* resultsOf(
  section: Section,
  { clients, runs }: Choice,
  { command, failed, signal }: Circumstances,
): AsyncIterable<ScenarioResult> {
  const colors = colorsOf(process.stdout, process.env);
  process.stdout.write(`\n${colors.bold(colors.underline(section.title))}\n`);
  const startedAt = new Date().toISOString();
  const atStart = loadAverage();
  for await (const result of section.measure({ clients, runs, say, failed, signal })) {
    process.stdout.write(`\n${renderTable(result, colors)}\n\n`);
    if (result.clients.every(({ runs: counted, apart }) => counted.length + apart.length === 0)) continue;
    const origin = { startedAt, command, loadAverage: { atStart, atEnd: loadAverage() } };
    yield { ...result, origin };
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
