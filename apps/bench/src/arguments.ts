import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ClientDefinition } from './clients/client.ts';
import { clients } from './clients/index.ts';
import { modes, type Mode } from './faults/messages.ts';
import { sectionNames, type SectionName } from './results.ts';
import { scenarios } from './scenarios/index.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** What to measure, and where it goes. */
export interface Choice {
  readonly sections: readonly SectionName[];
  readonly scenarios: readonly Scenario[];
  readonly clients: readonly ClientDefinition[];
  readonly modes: readonly Mode[];
  /** Undefined: as many as each section needs. */
  readonly runs: number | undefined;
  /** Where the results go as JSON. Undefined: nowhere. */
  readonly json: string | undefined;
  /** Whether `docs/benchmark.md` is written from them. */
  readonly report: boolean;
}

/** What the command line asks for: a run, a report, or a text on stdout or stderr and the end. */
export type Parsed =
  | { readonly kind: 'run'; readonly choice: Choice }
  | { readonly kind: 'render' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string };

interface Options {
  readonly section?: SectionName[];
  readonly scenario?: Scenario[];
  readonly client: ClientDefinition[];
  readonly mode: Mode[];
  readonly runs?: number;
  readonly json?: string;
  readonly report?: boolean;
  readonly render?: boolean;
  readonly list?: boolean;
}

const maxRuns = 1000;

const epilogue = `
Each scenario gets servers of its own. Every client, in a process of its own,
writes to them while they break: one command after the other, and up to 50 at
once. Afterwards each key is looked up on the final master.`;

/** Reads the arguments, which are those after the program's own name. */
export function parseArguments(argv: readonly string[]): Parsed {
  let text = '';
  const take = (part: string): void => void (text += part);
  const command = createCommand().configureOutput({ writeOut: take, writeErr: take });
  try {
    // `pnpm bench -- --list` hands the two dashes on.
    command.parse(argv[0] === '--' ? argv.slice(1) : argv, { from: 'user' });
    const options = command.opts<Options>();
    if (options.render) return { kind: 'render' };
    return options.list ? { kind: 'text', text: renderList() } : { kind: 'run', choice: choiceOf(options) };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { kind: 'text', text } : { kind: 'error', text: explain(error, command) };
  }
}

/** Who names scenarios, but no section, wants only those. */
function choiceOf({ section, scenario, client, mode, runs, json, report = false }: Options): Choice {
  return {
    sections: section ?? (scenario ? ['faults'] : sectionNames),
    scenarios: scenario ?? scenarios,
    clients: client,
    modes: mode,
    runs,
    json,
    report,
  };
}

function createCommand(): Command {
  return new Command('bench')
    .usage('[options]')
    .description('Measures every client side by side, through every fault and without one.')
    .addOption(listOption('--section <names>', 'which parts (default: all)', named(sectionNames)))
    .addOption(listOption('--scenario <ids>', 'which faults (default: all)', scenariosById()))
    .addOption(
      listOption('--client <names>', 'which clients; see --list', clientsByName()).default(
        [...clients],
        'all',
      ),
    )
    .addOption(
      listOption('--mode <names>', 'how the clients write', named(modes)).default([...modes], 'both'),
    )
    .addOption(new Option('--runs <n>', 'how often (default: what each section needs)').argParser(toRuns))
    .option('--json <file>', 'write the results to a file')
    .option('--report', 'write docs/benchmark.md from the results')
    .option('--render', 'write it again from the results that are kept, and measure nothing')
    .option('--list', 'show the scenarios and the clients')
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', epilogue)
    .exitOverride();
}

/** An option that takes some of the known names. They keep our order, and what is asked for twice runs once. */
function listOption<T>(flags: string, what: string, known: ReadonlyMap<string, readonly T[]>): Option {
  return new Option(flags, `${what}, separated by commas`).argParser((text) => {
    const asked = text.split(',').map((name) => name.trim());
    const unknown = asked.find((name) => !known.has(name));
    if (unknown !== undefined) {
      throw new InvalidArgumentError(
        `There is no '${unknown}'. Expected some of ${[...known.keys()].join(', ')}.`,
      );
    }
    const chosen = new Set(asked.flatMap((name) => known.get(name) ?? []));
    return [...new Set([...known.values()].flat())].filter((one) => chosen.has(one));
  });
}

function named<T extends string>(names: readonly T[]): Map<string, readonly T[]> {
  return new Map(names.map((name) => [name, [name]]));
}

/** `S7` is both of its variants. */
function scenariosById(): Map<string, readonly Scenario[]> {
  const byId = new Map<string, readonly Scenario[]>();
  for (const scenario of scenarios) {
    const family = scenario.id.replace(/[a-z]$/, '');
    byId.set(family, [...(byId.get(family) ?? []), scenario]);
    byId.set(scenario.id, [...new Set([...(byId.get(scenario.id) ?? []), scenario])]);
  }
  return byId;
}

/** A kind is all clients of that kind. */
function clientsByName(): Map<string, readonly ClientDefinition[]> {
  const byName = new Map(clients.map((client): [string, ClientDefinition[]] => [client.name, [client]]));
  for (const kind of ['ours', 'peer', 'oracle', 'plain']) {
    byName.set(
      kind,
      clients.filter((client) => client.kind === kind),
    );
  }
  return byName;
}

function toRuns(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs >= 1 && runs <= maxRuns) return runs;
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${maxRuns}.`);
}

function renderList(): string {
  const idWidth = Math.max(...scenarios.map(({ id }) => id.length));
  const nameWidth = Math.max(...clients.map(({ name }) => name.length));
  return [
    'Sections',
    ...sectionNames.map((name) => `  ${name}`),
    '\nScenarios',
    ...scenarios.map(({ id, title, about }) => `  ${id.padEnd(idWidth)}  ${title}: ${about}`),
    '\nClients',
    ...clients.map(({ name, kind, about }) => `  ${name.padEnd(nameWidth)}  ${kind.padEnd(6)}  ${about}`),
    '',
  ].join('\n');
}

function explain(error: CommanderError, command: Command): string {
  const message = error.message.split('\n')[0] ?? '';
  const options = command.options.map(({ long }) => long).join(', ');
  switch (error.code) {
    case 'commander.unknownOption':
      return `${message}: expected ${options} or --help\n`;
    case 'commander.excessArguments':
      return `error: expected options only (${options} or --help), got '${command.args.join(' ')}'\n`;
    case 'commander.optionMissingArgument':
      return `${message}: expected a value, got nothing\n`;
    default:
      return `${message}\n`;
  }
}
