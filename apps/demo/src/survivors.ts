import type { ClusterNode } from '@switchmaster/testing';
import { keyOf } from './messages.ts';
import type { Ack } from './writer.ts';

const batch = 500;
const timeoutMs = 10_000;

/** Asks a node for each acknowledged key of a client. Returns the numbers of those it has. */
export async function survivorsOf(
  client: string,
  acks: readonly Ack[],
  node: ClusterNode,
): Promise<Set<number>> {
  using connection = await node.client({ timeoutMs });
  const batches: (readonly Ack[])[] = [];
  for (let i = 0; i < acks.length; i += batch) batches.push(acks.slice(i, i + batch));
  const read = async (some: readonly Ack[]): Promise<number[]> => {
    const values = await connection.command('MGET', ...some.map(({ n }) => keyOf(client, n)));
    if (!Array.isArray(values)) throw new Error(`MGET was answered with ${JSON.stringify(values)}`);
    return some.filter(({ n }, i) => values[i] === String(n)).map(({ n }) => n);
  };
  return new Set((await Promise.all(batches.map(read))).flat());
}
