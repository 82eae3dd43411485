import type { FaultName, LaneState, Snapshot, Totals } from '../page/messages.ts';

/** What is looked at of a snapshot. */
export type Lanes = Pick<Snapshot, 'lanes'>;

/**
 * A planned failover of a settled cluster costs our lanes no write. A second one at once may promote a replica that is
 * still catching up with the first.
 */
export function costOfPlanned(before: Lanes, after: Lanes, faults: readonly FaultName[]): string[] {
  if (!isPlanned(faults)) return [];
  return changes(before, after).flatMap(({ name, kind, lost }) =>
    lost > 0 && kind === 'writes' ? [`${name} lost ${lost} after ${faults.join(' and ')}`] : [],
  );
}

/** A planned failover fails no operation, and a cache serves nothing that was replaced, whatever happens. */
export function wrongsOf(before: Lanes, after: Lanes, faults: readonly FaultName[]): string[] {
  const when = `after ${faults.join(' and ')}`;
  return changes(before, after).flatMap(({ name, kind, lost, failed, lastFailure }) => [
    ...(lost > 0 && kind === 'cache' ? [`${name} lost ${lost} ${when}`] : []),
    ...(failed > 0 && isPlanned(faults) ? [`${name} failed ${failed} times ${when}: ${lastFailure}`] : []),
  ]);
}

function isPlanned(faults: readonly FaultName[]): boolean {
  const count = (name: FaultName): number => faults.filter((fault) => fault === name).length;
  return count('failover') <= 1 && count('failover') + count('stop-sentinel') === faults.length;
}

/** What came to each lane of ours. */
function changes(before: Lanes, after: Lanes): (Pick<LaneState, 'name' | 'kind'> & Totals)[] {
  const had = new Map(before.lanes.map(({ name, totals }) => [name, totals]));
  return after.lanes
    .filter(({ ours }) => ours)
    .map(({ name, kind, totals }) => ({
      ...totals,
      name,
      kind,
      lost: totals.lost - (had.get(name)?.lost ?? 0),
      failed: totals.failed - (had.get(name)?.failed ?? 0),
    }));
}
