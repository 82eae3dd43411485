import type { ClusterNode, Reply } from '@switchmaster/testing';

/** What a node has under some keys. */
export async function valuesOn(master: ClusterNode, keys: readonly string[]): Promise<(string | null)[]> {
  const values: Reply = await master.command('MGET', ...keys);
  if (!Array.isArray(values)) throw new Error(`${master.address} answered MGET with ${typeof values}`);
  return values.map((value) => (typeof value === 'string' ? value : null));
}
