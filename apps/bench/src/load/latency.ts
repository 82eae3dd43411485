import { startCluster } from '@switchmaster/testing';
import type { Deployment } from '../clients/client.ts';
import type { FigureDefinition, ScenarioResult } from '../results.ts';
import type { Section, SectionContext } from '../section.ts';
import { Crew } from './crew.ts';
import { deploymentOf } from './deployment.ts';
import type { Latencies } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { type Team, teamsOf, turns } from './teams.ts';

/** About a tenth of what the slowest of them can do, so that nothing queues up by itself. */
const perSecond = 2000;
const sliceMs = 1500;
const fewestRounds = 10;
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
  await using cluster = await startCluster({ replicas: 0, sentinels: 3 });
  for (const team of teamsOf(context.clients)) {
    for (let round = 0; round < Math.max(fewestRounds, context.runs); round += roundsPerProcess) {
      await compare(team, deploymentOf(cluster), round, context, ledger);
      context.say(`latency: ${team.plain.library}, ${round + roundsPerProcess} rounds`);
    }
  }
  yield ledger.result(`rate-${perSecond}`, `SET and GET, ${perSecond} a second`);
}

async function compare(
  { plain, others }: Team,
  deployment: Deployment,
  firstRound: number,
  { signal }: SectionContext,
  ledger: Ledger,
): Promise<void> {
  await using crew = new Crew([plain, ...others], signal);
  const task = { perSecond, durationMs: sliceMs };
  for (const { worker } of crew.members) {
    await worker.ask('connect', { deployment, count: 1 });
    await worker.ask('pace', task);
  }
  for (let round = firstRound; round < firstRound + roundsPerProcess; round++) {
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
