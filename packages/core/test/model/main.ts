import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { kinds, search, type Kind } from './kinds.ts';

interface Choice {
  readonly runs: number;
  readonly seed: number;
  readonly kind?: Kind;
  readonly path?: string;
  readonly part: boolean;
}

// `pnpm model -- --seed 1` hands the two dashes on.
const argv = process.argv.slice(2);
const { runs, seed, path, ...choice } = createCommand()
  .parse(argv[0] === '--' ? argv.slice(1) : argv, { from: 'user' })
  .opts<Choice>();
const chosen = choice.kind ? [choice.kind] : kinds;

if (choice.part || path !== undefined) {
  for (const kind of chosen) if (!(await play(kind))) process.exitCode = 1;
} else {
  for (const kind of chosen) if (!(await playInParts(kind))) process.exitCode = 1;
}

async function play(kind: Kind): Promise<boolean> {
  const { failure } = await search(kind, { runs, seed, path });
  if (failure === undefined) {
    if (path !== undefined) process.stdout.write(`${kind}: that history breaks no promise\n`);
    return true;
  }
  const replay = `pnpm model --kind ${kind} --seed ${seed} --path ${failure.path}`;
  process.stdout.write([...failure.story, '', failure.error.message, `Again: ${replay}`].join('\n') + '\n');
  return false;
}

/** Each process has seeds of its own, so that what it finds can be played by itself. */
async function playInParts(kind: Kind): Promise<boolean> {
  const begun = performance.now();
  const parts = availableParallelism();
  const each = Math.ceil(runs / parts);
  const codes = await Promise.all(
    Array.from({ length: parts }, async (_, part) => {
      const options = ['--part', '--kind', kind, '--runs', `${each}`, '--seed', `${seed + part}`];
      const [code] = (await once(fork(import.meta.filename, options), 'exit')) as [number | null];
      return code;
    }),
  );
  const isWell = codes.every((code) => code === 0);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  process.stdout.write(
    `${kind}: ${each * parts} histories in ${seconds} s, ${isWell ? 'no promise broken' : 'FAILED'}\n`,
  );
  return isWell;
}

function createCommand(): Command {
  return new Command('model')
    .usage('[options]')
    .description('Failovers of simulated deployments, on all processors. See docs/model.md.')
    .option('--runs <number>', 'how many histories of each kind', wholeNumber(1), 100_000)
    .option('--seed <number>', 'which ones', wholeNumber(0), 1)
    .addOption(new Option('--kind <kind>', 'one kind only').choices(kinds))
    .option('--path <path>', 'play the failure that was found there, and tell its story')
    .addOption(new Option('--part', 'for the processes that this one starts').default(false).hideHelp())
    .helpOption('-h, --help', 'show this')
    .allowExcessArguments(false);
}

function wholeNumber(from: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(number) && number >= from) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${from} on.`);
  };
}
