import type { Machine, SectionName } from '../results.ts';
import { blocks, list, table, type Column } from './markdown.ts';
import { loadRange } from './select.ts';
import type { Part } from './source.ts';

/** What one command measured of one section, and is still in the report. */
interface Session {
  readonly name: SectionName;
  readonly startedAt: string;
  readonly command: string;
  readonly machine: Machine;
  readonly results: Part['results'];
}

/** Where, when and with which command each section was measured. */
export function whereSection(parts: readonly [SectionName, Part][]): string {
  const sessions = parts.flatMap(sessionsOf);
  const machines = [...new Set(sessions.map(({ machine }) => machineText(machine)))];
  return blocks(
    '## Where',
    machines.length > 1
      ? `On ${machines.length} machines. Figures of one section can be compared where they come from the same.`
      : machines.join(''),
    machines.length > 1 ? list(machines.map((machine, i) => `${i + 1}: ${machine}`)) : '',
    'The load average of the last minute stands beside each section; a load above the number of cores means that ' +
      'somebody waited for a core.',
    table(sessions, machines.length > 1 ? [...columns, machineColumn(machines)] : columns),
    ...parts.flatMap(([name, { failed = [] }]) =>
      failed.length > 0 ? [`Not measured in ${name}, because of an error: ${failed.join('; ')}.`] : [],
    ),
  );
}

const columns: readonly Column<Session>[] = [
  { head: 'section', align: 'left', cell: ({ name }) => name },
  { head: 'measured', align: 'left', cell: ({ startedAt }) => startedAt.slice(0, 16).replace('T', ' ') },
  { head: 'command', align: 'left', cell: ({ command }) => `\`bench ${command}\`` },
  {
    head: 'load average',
    cell: ({ results }) =>
      loadRange(results)
        .map((load) => load.toFixed(1))
        .join(' to '),
  },
];

function machineColumn(machines: readonly string[]): Column<Session> {
  return { head: 'machine', cell: ({ machine }) => `${machines.indexOf(machineText(machine)) + 1}` };
}

function sessionsOf([name, { results, ...part }]: [SectionName, Part]): Session[] {
  const sessions = new Map<string, Session>();
  for (const result of results) {
    const { startedAt, command, machine = part.machine } = result.origin ?? part;
    const before = sessions.get(startedAt)?.results ?? [];
    sessions.set(startedAt, { name, startedAt, command, machine, results: [...before, result] });
  }
  return [...sessions.values()];
}

/** All that tells machines apart. */
export function machineText({ cpu, cores, memoryBytes, platform, versions }: Machine): string {
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const memory = Math.round(memoryBytes / 2 ** 30);
  return `${cpu}, ${cores} cores, ${memory} GiB, ${platform}; ${software.join(', ')}.`;
}
