import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { clientNames, type ClientName } from './clients/index.ts';
import { faultNames, type FaultName } from './faults.ts';

/** What to run and how to show it. */
export interface Choice {
  readonly faults: readonly FaultName[];
  readonly clients: readonly ClientName[];
  readonly json: boolean;
}

/** What the command line asks for: a demo, or a text on stdout or stderr and the end. */
export type Parsed =
  | { readonly kind: 'run'; readonly choice: Choice }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string };

interface Options {
  readonly fault: FaultName[];
  readonly client: ClientName[];
  readonly json?: boolean;
}

const epilogue = `
Each fault gets a cluster of its own: 1 master, 2 replicas, 3 sentinels. Every
client writes a new key each millisecond while it breaks. Afterwards each
acknowledged key is looked up on the final master.

The exit code is 1 if a client of ours lost or failed a write in the planned
failover, and 2 if an option is wrong.`;

/** Reads the arguments, which are those after the program's own name. */
export function parseArguments(argv: readonly string[]): Parsed {
  let text = '';
  const take = (part: string): void => void (text += part);
  const command = createCommand().configureOutput({ writeOut: take, writeErr: take });
  try {
    // `pnpm demo -- --json` hands the two dashes on.
    command.parse(argv[0] === '--' ? argv.slice(1) : argv, { from: 'user' });
    const { fault, client, json = false } = command.opts<Options>();
    return { kind: 'run', choice: { faults: fault, clients: client, json } };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { kind: 'help', text } : { kind: 'error', text: explain(error, command) };
  }
}

function createCommand(): Command {
  return new Command('demo')
    .usage('[options]')
    .description('Breaks a real Redis Sentinel cluster under load and shows what each client loses.')
    .addOption(listOption('--fault <names>', 'which faults', faultNames))
    .addOption(listOption('--client <names>', 'which clients', clientNames))
    .option('--json', 'print one JSON object on stdout, and all else on stderr')
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', epilogue)
    .exitOverride();
}

/** An option that takes some of the known names. They keep our order, and what is asked for twice runs once. */
function listOption(flags: string, what: string, known: readonly string[]): Option {
  const names = known.join(', ');
  return new Option(flags, `${what}, separated by commas: ${names}`)
    .default([...known], 'all')
    .argParser((text) => {
      const asked = text.split(',').map((name) => name.trim());
      if (asked.every((name) => known.includes(name))) return known.filter((name) => asked.includes(name));
      throw new InvalidArgumentError(`Expected one or more of ${names}, separated by commas.`);
    });
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
      return `${message}: expected one or more names with commas, got nothing\n`;
    default:
      return `${message}\n`;
  }
}
