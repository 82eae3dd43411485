import type { ClientDefinition } from '../clients/client.ts';
import { clients as all } from '../clients/index.ts';

/** The plain client of a library, and those that are compared with it. */
export interface Team {
  readonly plain: ClientDefinition;
  readonly others: readonly ClientDefinition[];
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

/** There and back, which takes out what drifts, and in the next round the other way: what goes first may be at a loss. */
export function turns<T>(members: readonly T[], round: number): readonly T[] {
  const back = members.toReversed();
  return round % 2 === 0 ? [...members, ...back] : [...back, ...members];
}
