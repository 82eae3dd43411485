import { Command, InvalidArgumentError } from 'commander';

/** What to play. */
export interface Choice {
  readonly seed: number;
  readonly seconds: number;
  readonly episodes: number;
  readonly first: number;
  readonly clusters: number;
  readonly rate: number;
  readonly json: boolean;
}

const epilogue = `
An episode breaks a cluster with one to four faults at random, mends it, and looks
every acknowledged write up. The faults come again with the same seed; what the
servers make of them is up to them. One episode alone: --seed 7 --first 31 --episodes 1

The exit code is 1 if something happened that should not, and 2 if an option is wrong.`;

/** The command line's options. */
export function createCommand(): Command {
  return new Command('chaos')
    .usage('[options]')
    .description('Random faults on real clusters, with a client of each adapter, until the time is up.')
    .option('--seed <number>', 'which faults', wholeNumber(0), 1)
    .option('--seconds <number>', 'begin no episode after that', wholeNumber(1), 60)
    .option('--episodes <number>', 'how many at most', wholeNumber(1), 100_000)
    .option('--first <number>', 'the number of the first one', wholeNumber(0), 0)
    .option('--clusters <number>', 'how many clusters side by side', wholeNumber(1, 16), 3)
    .option('--rate <number>', 'writes per second and client', wholeNumber(1, 5000), 200)
    .option('--json', 'print one JSON object at the end, and nothing else, on stdout', false)
    .helpOption('-h, --help', 'show this')
    .allowExcessArguments(false)
    .addHelpText('after', epilogue);
}

/** A number that an option takes, and no other. */
export function wholeNumber(from: number, to: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= from && number <= to) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`);
  };
}
