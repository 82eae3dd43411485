import { startCluster } from '@switchmaster/testing';
import type { Deployment } from '../clients/client.ts';
import type { FigureDefinition, ScenarioResult } from '../results.ts';
import { attempt, type Section, type SectionContext } from '../section.ts';
import { Crew } from './crew.ts';
import { deploymentOf } from './deployment.ts';
import type { Latencies } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { type Rounds, type Team, teamsOf, turns } from './teams.ts';

/** About a tenth of what the slowest of them can do, so that nothing queues up by itself. */
const perSecond = 2000;
const sliceMs = 1500;
const usualRounds = 10;
const roundsPerProcess = 5;

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
  for (const team of teamsOf(context.clients)) {
    for (let from = 0; from < rounds; from += roundsPerProcess) {
      const to = Math.min(rounds, from + roundsPerProcess);
      const part = `${team.plain.library}, rounds ${from + 1} to ${to}`;
      await attempt(context, part, () => compare(team, deploymentOf(cluster), { from, to }, context, ledger));
      context.say(`latency: ${part}`);
    }
  }
  yield ledger.result(`rate-${perSecond}`, `SET and GET, ${perSecond} a second`);
}

async function compare(
  { plain, others }: Team,
  deployment: Deployment,
  { from, to }: Rounds,
  { signal }: SectionContext,
  ledger: Ledger,
): Promise<void> {
  await using crew = new Crew([plain, ...others], signal);
  const task = { perSecond, durationMs: sliceMs };
  for (const { worker } of crew.members) {
    await worker.ask('connect', { deployment, count: 1 });
    await worker.ask('pace', task);
  }
  for (let round = from; round < to; round++) {
    const found = new Map<string, Latencies>();
    for (const { client, worker } of turns(crew.members, round)) {
      found.set(client.name, await worker.ask('pace', task));
    }
    for (const { client } of crew.members) {
      const own = found.get(client.name);
      if (own)
        ledger.note(
          `rate-${perSecond}`,
          client,
          round + 1,
          compared(own, client === plain ? undefined : found.get(plain.name)),
        );
    }
  }
}

function compared(own: Latencies, base: Latencies | undefined): Record<string, number> {
  if (!base) return { ...own };
  const ratios = percentiles.map((name): [string, number] => [`${name}Ratio`, own[name] / base[name]]);
  return { ...own, ...Object.fromEntries<number>(ratios) };
}
