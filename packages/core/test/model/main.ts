import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { kinds, search, type Kind } from './kinds.ts';

/*
 * pnpm model [--runs 100000] [--seed 1] [--kind sentinel|nonsense]: histories on all processors.
 * pnpm model --kind … --seed … --path …: plays a failure that was found before, and tells its story.
 */

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
    path: { type: 'string' },
    /** Set for the processes that this one starts. */
    part: { type: 'boolean', default: false },
  },
});
const runs = numberOf('runs', values.runs);
const seed = numberOf('seed', values.seed);
const chosen = kinds.filter((kind) => values.kind === undefined || kind === values.kind);
if (chosen.length === 0)
  throw new TypeError(`--kind: expected ${kinds.join(' or ')}, got ${String(values.kind)}`);

if (values.part || values.path !== undefined) {
  for (const kind of chosen) if (!(await play(kind))) process.exitCode = 1;
} else {
  for (const kind of chosen) if (!(await playInParts(kind))) process.exitCode = 1;
}

async function play(kind: Kind): Promise<boolean> {
  const { failure } = await search(kind, { runs, seed, path: values.path });
  if (failure === undefined) {
    if (values.path !== undefined) process.stdout.write(`${kind}: that history breaks no promise\n`);
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

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(number))
    throw new TypeError(`--${name}: expected a number, got ${text}`);
  return number;
}
