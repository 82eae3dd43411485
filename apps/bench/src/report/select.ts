import type { ClientResult, FigureDefinition, ScenarioResult } from '../results.ts';
import { median, pairedRatios } from '../statistics.ts';

/** What is shown of a figure of one client in one scenario. */
export function medianOf(client: ClientResult, figure: string): number | null {
  const spread = client.summary[figure];
  if (spread === undefined || missingRuns(client, figure) * 2 > client.runs.length) return null;
  return spread.median;
}

function missingRuns({ runs }: ClientResult, figure: string): number {
  return runs.filter(({ figures }) => figures[figure] === null).length;
}

export function find(
  results: readonly ScenarioResult[],
  scenario: string,
  variant?: string,
): ScenarioResult | undefined {
  return results.find(
    (one) => one.scenario === scenario && (variant === undefined || one.variant === variant),
  );
}

/** Clients with enough runs to say anything. */
export function measured({ clients }: ScenarioResult): readonly ClientResult[] {
  return clients.filter(({ runs }) => runs.length > 0);
}

/** The best of some clients at a figure of which less is better. */
export function best(clients: readonly ClientResult[], figure: string): ClientResult | undefined {
  const known = clients.filter((client) => medianOf(client, figure) !== null);
  return known.toSorted((a, b) => (medianOf(a, figure) ?? 0) - (medianOf(b, figure) ?? 0))[0];
}

/** Writes are 10 or 20 ms apart, so that is how far outages can be told apart. */
const tieMs = 20;

/** Whether `one` is better than `other` by more than chance: in the median of the pairs, and with no run of it as bad. */
export function isAhead(
  one: ClientResult,
  other: ClientResult,
  { name: figure, unit }: FigureDefinition,
): boolean {
  const [a, b] = [one.summary[figure], other.summary[figure]];
  if (one.runs.length < 2 || other.runs.length < 2) return false;
  if (!a || medianOf(one, figure) === null) return false;
  if (!b || medianOf(other, figure) === null) return true;
  const ratios = pairedRatios(figure, one.runs, other.runs);
  const isBetter = ratios.length > 0 ? median(ratios) < 1 : a.median < b.median;
  return isBetter && a.max + (unit === 'ms' ? tieMs : 0) < b.min;
}

/** The lowest and highest load average at the end of the runs. */
export function loadRange(results: readonly ScenarioResult[]): readonly [number, number] {
  const loads = results.flatMap(({ clients }) =>
    clients.flatMap(({ runs, apart }) => [...runs, ...apart].map(({ loadAverage }) => loadAverage)),
  );
  return [Math.min(...loads), Math.max(...loads)];
}
