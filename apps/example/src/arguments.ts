import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ExampleOptions } from './example.ts';
import { maxRate } from './page/requests.ts';

/** What to run. */
export interface Choice extends ExampleOptions {
  /** Prints one JSON object in place of the sentence with the URL. */
  readonly json: boolean;
  /** Breaks the example at random for so long and checks it, in place of serving the page. */
  readonly soak: SoakChoice | undefined;
}

export interface SoakChoice {
  readonly minutes: number;
  /** The same seed gives the same faults. */
  readonly seed: number;
}

/** What the command line asks for: a run, or a text on stdout or stderr and the end. */
export type Parsed =
  | { readonly kind: 'run'; readonly choice: Choice }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string };

interface Options {
  readonly host: string;
  readonly port: number;
  readonly replicas: number;
  readonly rate: number;
  readonly contrasts: boolean;
  readonly json?: boolean;
  readonly soak?: number;
  readonly seed: number;
}

const epilogue = `
Starts a master, its replicas and 3 sentinels, writes through each adapter, and
serves a page on which you watch and break it. Ctrl-C ends all of it.

With --soak it breaks itself at random, prints a summary as JSON, and exits with
1 if a lane of ours stopped, lost what it should not, or memory grew.`;

/** Reads the arguments, which are those after the program's own name. */
export function parseArguments(argv: readonly string[]): Parsed {
  let text = '';
  const take = (part: string): void => void (text += part);
  const command = createCommand().configureOutput({ writeOut: take, writeErr: take });
  try {
    // `pnpm example -- --json` hands the two dashes on.
    command.parse(argv[0] === '--' ? argv.slice(1) : argv, { from: 'user' });
    const { soak, seed, json = false, ...options } = command.opts<Options>();
    const soakChoice = soak === undefined ? undefined : { minutes: soak, seed };
    return { kind: 'run', choice: { ...options, json, soak: soakChoice } };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? { kind: 'help', text } : { kind: 'error', text: explain(error, command) };
  }
}

function createCommand(): Command {
  return new Command('example')
    .usage('[options]')
    .description('A NestJS application on a Redis Sentinel cluster that you break by pressing buttons.')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .addOption(
      wholeNumber('--port <number>', 'where to listen; 0: any that is free', 0, 65_535).default(3000),
    )
    .addOption(wholeNumber('--replicas <number>', 'of the master', 1, 8).default(2))
    .addOption(wholeNumber('--rate <number>', 'operations of each lane per second', 1, maxRate).default(100))
    .option('--no-contrasts', "leave the clients' own Sentinel support off until it is switched on")
    .option('--json', 'print one JSON object with the URL, in place of a sentence')
    .addOption(minutes('--soak <minutes>', 'break it at random for so long, and check'))
    .addOption(wholeNumber('--seed <number>', 'of --soak: which faults', 0, 2 ** 32 - 1).default(1))
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', epilogue)
    .exitOverride();
}

function wholeNumber(flags: string, what: string, least: number, most: number): Option {
  return new Option(flags, what).argParser((text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  });
}

function minutes(flags: string, what: string): Option {
  return new Option(flags, what).argParser((text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
    throw new InvalidArgumentError('Expected a number of minutes above 0, such as 2 or 0.5.');
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
      return `${message}: expected a value, got nothing\n`;
    default:
      return `${message}\n`;
  }
}
