import type { ClusterNode } from '@switchmaster/testing';
import type { Executions } from './tally.ts';

const batch = 500;
const timeoutMs = 10_000;

/** Asks a node how often it has run each write: `INCR` counts, and `SET` writes 1. */
export async function executionsOf(
  issued: number,
  nameOf: (n: number) => string,
  node: ClusterNode,
): Promise<Executions> {
  using connection = await node.client({ timeoutMs });
  const keys = Array.from({ length: issued }, (_, n) => nameOf(n));
  const batches: string[][] = [];
  for (let i = 0; i < keys.length; i += batch) batches.push(keys.slice(i, i + batch));
  const read = async (some: readonly string[]): Promise<number[]> => {
    const values = await connection.command('MGET', ...some);
    if (!Array.isArray(values)) throw new Error(`MGET was answered with ${JSON.stringify(values)}`);
    return values.map(timesOf);
  };
  return (await Promise.all(batches.map(read))).flat();
}

function timesOf(value: unknown): number {
  if (typeof value !== 'string') return 0;
  const times = Number(value);
  // A cache stores its values in an envelope of its own.
  return Number.isInteger(times) ? times : 1;
}
