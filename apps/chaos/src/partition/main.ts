import { Command } from 'commander';
import { wholeNumber } from '../arguments.ts';
import { type Guards, type PartitionFigures, playPartition } from './play.ts';

const { runs } = new Command('chaos partition')
  .description('What a partition costs a client that is cut off with the old master.')
  .option('--runs <number>', 'how often each', wholeNumber(1, 100), 3)
  .allowExcessArguments(false)
  .parse()
  .opts<{ runs: number }>();

const none: Guards = { hold: false, minReplicas: false, wait: false };
const table: readonly (readonly [what: string, guards: Guards])[] = [
  ['none', none],
  ['min-replicas', { ...none, minReplicas: true }],
  ['hold', { ...none, hold: true }],
  ['hold, min-replicas', { ...none, hold: true, minReplicas: true }],
  ['WAIT', { ...none, wait: true }],
];
for (const [what, guards] of table) {
  const figures: PartitionFigures[] = [];
  for (let run = 0; run < runs; run++) figures.push(await playPartition(guards));
  const names = Object.keys(figures[0] ?? {}) as (keyof PartitionFigures)[];
  const line = names.map((name) => `${name} ${spread(figures.map((one) => one[name]))}`);
  process.stdout.write(`${what}: ${line.join(', ')}\n`);
}

/** Minimum, median and maximum. */
function spread(all: readonly (number | undefined)[]): string {
  const sorted = all.filter((one) => one !== undefined).toSorted((a, b) => a - b);
  if (sorted.length === 0) return 'never';
  return `${sorted[0]} / ${sorted[Math.floor(sorted.length / 2)]} / ${sorted.at(-1)}`;
}
