import type { ClientDefinition } from '../clients/client.ts';
import { entrantsOf, findHaproxy } from '../haproxy.ts';
import type { ClientResult, FigureDefinition, Run, ScenarioResult } from '../results.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { attempt, type Section, type SectionContext } from '../section.ts';
import { summarize } from '../statistics.ts';
import { Company, takesPart } from './company.ts';
import type { Mode } from './messages.ts';
import { type Outcome, run, type RunResult } from './run.ts';

export const faultFigures: readonly FigureDefinition[] = [
  { name: 'outage', title: 'outage', unit: 'ms', better: 'lower' },
  { name: 'move', title: 'after promotion', unit: 'ms', better: 'lower' },
  { name: 'moveFromAnnouncement', title: 'after +switch-master', unit: 'ms', better: 'lower' },
  { name: 'acked', title: 'acknowledged', unit: 'count' },
  { name: 'lost', title: 'lost', unit: 'count', better: 'lower' },
  { name: 'failed', title: 'failed', unit: 'count', better: 'lower' },
  { name: 'hung', title: 'hung', unit: 'count', better: 'lower' },
  { name: 'twice', title: 'run twice', unit: 'count', better: 'lower' },
  { name: 'stalled', title: 'event loop late', unit: 'ms' },
];

const usualRuns = 3;

/** What the command line chooses of the faults. */
export interface FaultChoice {
  readonly scenarios: readonly Scenario[];
  readonly modes: readonly Mode[];
}

/** Every client through every scenario, on the same servers at the same time. */
export function faultSection({ scenarios, modes }: FaultChoice): Section {
  return {
    name: 'faults',
    title: 'Failovers and other faults',
    measure: (context) => measure(context, scenarios, modes),
  };
}

async function* measure(
  context: SectionContext,
  scenarios: readonly Scenario[],
  modes: readonly Mode[],
): AsyncIterable<ScenarioResult> {
  const { clients, runs = usualRuns, say, signal } = context;
  const faced = clients.filter(({ kind, underLoad }) => kind !== 'plain' && underLoad !== 'only');
  const { clients: entrants, haproxy, notes } = entrantsOf(faced, findHaproxy());
  if (entrants.length === 0) return;
  await using company = new Company(entrants, modes);
  for (const scenario of scenarios) {
    const results: RunResult[] = [];
    for (let i = 1; i <= runs; i++) {
      const result = await attempt(context, `${scenario.id}, run ${i}`, () =>
        run({ scenario, company, haproxy, signal }),
      );
      if (!result) {
        // They may be writing still.
        await company.stop();
        continue;
      }
      say(summaryOf(scenario, i, runs, result));
      results.push(result);
    }
    if (results.length === 0) continue;
    const cast = entrants.filter((definition) => takesPart(definition, scenario.id));
    for (const mode of modes) yield conclude(scenario, mode, cast, results, notes);
  }
}

function summaryOf({ id }: Scenario, i: number, runs: number, result: RunResult): string {
  const { promotedMs, loadAverage, apart } = result;
  const promoted = promotedMs === undefined ? '' : `, promoted after ${Math.round(promotedMs)} ms`;
  const reason = apart === undefined ? '' : ` (kept apart: ${apart})`;
  return `${id}: run ${i} of ${runs}${promoted}, load ${loadAverage.toFixed(1)}${reason}`;
}

function conclude(
  { id, title, about, failovers }: Scenario,
  mode: Mode,
  cast: readonly ClientDefinition[],
  results: readonly RunResult[],
  notes: readonly string[],
): ScenarioResult {
  return {
    scenario: id,
    variant: mode,
    title: `${title} (${about})`,
    figures: faultFigures.filter(({ name }) => failovers > 0 || !name.startsWith('move')),
    clients: cast.map((definition) => clientResult(definition, mode, results)),
    notes: [...notes, ...new Set(results.flatMap((result) => result.notes))],
  };
}

function clientResult(definition: ClientDefinition, mode: Mode, results: readonly RunResult[]): ClientResult {
  const all = results.flatMap(({ outcomes, loadAverage, apart }, i): Run[] => {
    const outcome = outcomes.find((one) => one.definition.name === definition.name && one.mode === mode);
    return outcome ? [{ run: i + 1, ...runOf(outcome), loadAverage, apart }] : [];
  });
  const runs = all.filter(({ apart }) => apart === undefined);
  const { name: client, kind, library } = definition;
  return {
    client,
    kind,
    library,
    runs,
    apart: all.filter(({ apart }) => apart !== undefined),
    summary: summarize(runs),
  };
}

function runOf({ tally, stalledMs, errors }: Outcome): Pick<Run, 'figures' | 'errors'> {
  return { figures: { ...tally, stalled: stalledMs }, errors };
}
