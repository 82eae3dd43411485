import type { ClientDefinition } from '../clients/client.ts';
import { clients as all } from '../clients/index.ts';

/** The plain client of a library, and those that are compared with it. */
export interface Team {
  readonly plain: ClientDefinition;
  readonly others: readonly ClientDefinition[];
}

/** Counted from 0; `to` is the first one after them. */
export interface Rounds {
  readonly from: number;
  readonly to: number;
}

/**
 * Clients by library, the first of each kind: what varies an option of the failover does nothing else to a command.
 * Where a library has no plain client there is nothing to compare with.
 */
export function teamsOf(chosen: readonly ClientDefinition[]): Team[] {
  return all.flatMap((plain): Team[] => {
    if (plain.kind !== 'plain') return [];
    const mates = chosen.filter(({ library, fromSources }) => library === plain.library && !fromSources);
    const others = (['ours', 'peer'] as const).flatMap(
      (kind) => mates.find((client) => client.kind === kind) ?? [],
    );
    return mates.length > 0 ? [{ plain, others }] : [];
  });
}

/** In a round everybody has a turn, in the next one in reverse: ABBA takes out what drifts. */
export function turns<T>(members: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? members : members.toReversed();
}
