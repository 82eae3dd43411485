import type { Choice } from './arguments.ts';
import { faultSection } from './faults/index.ts';
import { loadSections } from './load/index.ts';
import { describeMachine, loadAverage } from './machine.ts';
import type { Results, ScenarioResult, SectionName } from './results.ts';
import { colorsOf } from './style.ts';
import { renderTable } from './table.ts';

/** Measures section by section, and shows each result as it comes. */
export async function measure(choice: Choice, command: string, signal: AbortSignal): Promise<Results> {
  const startedAt = new Date().toISOString();
  const atStart = loadAverage();
  const colors = colorsOf(process.stdout, process.env);
  const sections: Partial<Record<SectionName, readonly ScenarioResult[]>> = {};
  for (const section of [faultSection(choice), ...loadSections]) {
    if (!choice.sections.includes(section.name)) continue;
    const results: ScenarioResult[] = [];
    process.stdout.write(`\n${colors.bold(colors.underline(section.title))}\n`);
    const { clients, runs } = choice;
    for await (const result of section.measure({ clients, runs, say, signal })) {
      process.stdout.write(`\n${renderTable(result, colors)}\n\n`);
      results.push(result);
    }
    sections[section.name] = results;
  }
  const machine = { ...describeMachine(), loadAverage: { atStart, atEnd: loadAverage() } };
  return { startedAt, command, machine, sections };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
