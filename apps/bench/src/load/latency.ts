import { startCluster } from '@switchmaster/testing';
import type { ClientDefinition, Deployment } from '../clients/client.ts';
import type { FigureDefinition, ScenarioResult } from '../results.ts';
import { attempt, type Section, type SectionContext } from '../section.ts';
import { firstCore, lastCore, pin, placeServers, unpinned } from './cores.ts';
import { Crew } from './crew.ts';
import { deploymentOf } from './deployment.ts';
import type { Latencies } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { type Team, teamsOf, turns } from './teams.ts';

/** About a tenth of what the slowest of them can do, so that nothing queues up by itself. */
const perSecond = 2000;
const sliceMs = 1500;
const usualRounds = 10;

const scenario = `rate-${perSecond}`;

const percentiles = ['p50', 'p95', 'p99', 'p999'] as const;

const figures: readonly FigureDefinition[] = [
  ...percentiles.map((name): FigureDefinition => ({
    name,
    title: titleOf(name),
    unit: 'ms',
    better: 'lower',
  })),
  ...percentiles.map((name): FigureDefinition => ({
    name: `${name}Ratio`,
    title: `${titleOf(name)} of plain`,
    unit: 'ratio',
    better: 'lower',
  })),
];

function titleOf(percentile: string): string {
  return percentile.replace('999', '99.9');
}

/** How long a command takes at a fixed rate, in turns with the plain client of the same library. */
export const latency: Section = { name: 'latency', title: 'Latency', measure };

async function* measure(context: SectionContext): AsyncIterable<ScenarioResult> {
  const ledger = new Ledger(figures);
  const { runs: rounds = usualRounds } = context;
  await using cluster = await startCluster({ replicas: 0, sentinels: 3 });
  const notes = (await placeServers(cluster, firstCore)) ? undefined : [unpinned];
  for (const team of teamsOf(context.clients)) {
    for (let round = 1; round <= rounds; round++) {
      const part = `${team.plain.library}, round ${round}`;
      await attempt(context, part, () => compare(team, deploymentOf(cluster), round, context, ledger));
    }
    context.say(`latency: ${team.plain.library}`);
  }
  yield ledger.result(scenario, `SET and GET, ${perSecond} a second`, { notes });
}

/** A client that looks at the clock all the time has a core to itself. */
async function compare(
  { plain, others }: Team,
  deployment: Deployment,
  round: number,
  { signal }: SectionContext,
  ledger: Ledger,
): Promise<void> {
  await using crew = new Crew([plain, ...others], signal);
  const task = { perSecond, durationMs: sliceMs };
  for (const { worker } of crew.members) {
    await worker.ask('connect', { deployment, count: 1 });
    await pin([worker.pid], lastCore);
    await worker.ask('pace', task);
  }
  const found = new Map<ClientDefinition, Latencies>();
  for (const { client, worker } of turns(crew.members, round)) {
    const latencies = await worker.ask('pace', task);
    found.set(client, mean(latencies, found.get(client)));
  }
  const base = found.get(plain);
  for (const [client, own] of found) {
    ledger.note(scenario, client, round, compared(own, client === plain ? undefined : base));
  }
}

function mean(one: Latencies, other: Latencies = one): Latencies {
  const of = (name: (typeof percentiles)[number]): number => (one[name] + other[name]) / 2;
  return { p50: of('p50'), p95: of('p95'), p99: of('p99'), p999: of('p999') };
}

function compared(own: Latencies, base: Latencies | undefined): Record<string, number> {
  if (!base) return { ...own };
  const ratios = percentiles.map((name): [string, number] => [`${name}Ratio`, own[name] / base[name]]);
  return { ...own, ...Object.fromEntries<number>(ratios) };
}
