import type { RedisClient } from '@switchmaster/testing';
import type { Ledger, LedgerEntry } from './ledger.ts';

/** What came of looking writes up. */
export interface Findings {
  readonly checked: number;
  /** The acknowledged writes that were not there. */
  readonly lost: readonly LedgerEntry[];
}

const batch = 500;

/** Looks up on the master what ended first, and takes it out of the ledger. `undefined`: nothing is left until `upTo`. */
export async function lookUp(
  ledger: Ledger,
  upTo: number,
  master: RedisClient,
): Promise<Findings | undefined> {
  const entries = ledger.oldest(batch, upTo);
  if (entries.length === 0) return undefined;
  const keys = entries.map(({ key }) => key);
  const values = await master.command('MGET', ...keys);
  if (!Array.isArray(values)) throw new Error(`MGET was answered with ${JSON.stringify(values)}`);
  // Before they are deleted: what is looked up a second time would not be found.
  ledger.drop(entries.length);
  await master.command('UNLINK', ...keys).catch(() => {});
  return {
    checked: entries.filter(({ acknowledged }) => acknowledged).length,
    lost: entries.filter(({ acknowledged, value }, i) => acknowledged && values[i] !== value),
  };
}
