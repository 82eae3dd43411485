import type { ClientDefinition } from '../clients/client.ts';
import { clients as all } from '../clients/index.ts';

/** The plain client of a library, and those that are compared with it. */
export interface Team {
  readonly plain: ClientDefinition;
  readonly others: readonly ClientDefinition[];
}

/** Clients by library. Where a library has no plain client there is nothing to compare with. */
export function teamsOf(chosen: readonly ClientDefinition[]): Team[] {
  return all.flatMap((plain): Team[] => {
    if (plain.kind !== 'plain') return [];
    const mates = chosen.filter(({ library }) => library === plain.library);
    const others = (['ours', 'peer'] as const).flatMap((kind) =>
      mates.filter((client) => client.kind === kind).filter((client, i) => i === 0 || client.underLoad),
    );
    return mates.length > 0 ? [{ plain, others }] : [];
  });
}

/**
 * Everybody in the same order `count` times, and in the next round the other way, since what goes first may be at a loss.
 * Nobody has two turns in a row: the second would be the better one.
 */
export function turns<T>(members: readonly T[], round: number, count: number): readonly T[] {
  const order = round % 2 === 0 ? members : members.toReversed();
  return Array.from({ length: count }, () => order).flat();
}
