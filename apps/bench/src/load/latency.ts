import { startCluster } from '@switchmaster/testing';
import type { ClientDefinition, Deployment } from '../clients/client.ts';
import type { FigureDefinition, ScenarioResult } from '../results.ts';
import { attempt, type Section, type SectionContext } from '../section.ts';
import { percentile } from '../statistics.ts';
import { firstCore, lastCore, pin, placeServers, unpinned } from './cores.ts';
import { deploymentOf } from './deployment.ts';
import type { Jobs } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { type Team, teamsOf } from './teams.ts';
import { Worker } from './worker.ts';

/** About a tenth of what the slowest of them can do, so that nothing queues up by itself. */
const perSecond = 2000;
const measuredMs = 4000;
/** In so many commands V8 has compiled most of what it will, which takes it several milliseconds now and then. */
const warmUp = { perSecond: 20_000, durationMs: 1500 };
/** To collect all garbage has V8 compile some of it anew. */
const settleMs = 500;
const usualRounds = 12;

const scenario = `rate-${perSecond}`;

const percentiles = [
  ['p50', 50],
  ['p95', 95],
  ['p99', 99],
  ['p999', 99.9],
] as const;

const figures: readonly FigureDefinition[] = [
  ...percentiles.map(([name]): FigureDefinition => ({
    name,
    title: titleOf(name),
    unit: 'ms',
    better: 'lower',
  })),
  ...percentiles.map(([name]): FigureDefinition => ({
    name: `${name}Ratio`,
    title: `${titleOf(name)} of plain`,
    unit: 'ratio',
    better: 'lower',
  })),
];

function titleOf(name: string): string {
  return name.replace('999', '99.9');
}

/** How long a command takes at a fixed rate, beside the plain client of the same library. */
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

/**
 * One process after the other, and in the next round the other way: one that waits collects its garbage meanwhile, which
 * the one that is measured would be held up by.
 */
async function compare(
  { plain, others }: Team,
  deployment: Deployment,
  round: number,
  { signal }: SectionContext,
  ledger: Ledger,
): Promise<void> {
  const members = [plain, ...others];
  const found = new Map<ClientDefinition, readonly number[]>();
  for (const client of round % 2 === 0 ? members : members.toReversed()) {
    found.set(client, await latenciesOf(client, deployment, signal));
  }
  const base = found.get(plain);
  for (const [client, own] of found) {
    ledger.note(scenario, client, round, compared(own, client === plain ? undefined : base));
  }
}

/** A client that looks at the clock all the time has a core to itself. */
async function latenciesOf(
  client: ClientDefinition,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<readonly number[]> {
  await using worker = new Worker<Jobs>('client-main.ts', [client.name], signal);
  await worker.ask('connect', { deployment, count: 1 });
  await pin([worker.pid], lastCore);
  await worker.ask('pace', warmUp);
  await worker.ask('collect');
  await worker.ask('pace', { perSecond, durationMs: settleMs });
  return await worker.ask('pace', { perSecond, durationMs: measuredMs });
}

function compared(own: readonly number[], base: readonly number[] | undefined): Record<string, number> {
  const values = percentiles.map(([name, p]): [string, number] => [name, percentile(own, p)]);
  if (!base) return Object.fromEntries<number>(values);
  const ratios = percentiles.map(([name, p]): [string, number] => [
    `${name}Ratio`,
    percentile(own, p) / percentile(base, p),
  ]);
  return Object.fromEntries<number>([...values, ...ratios]);
}
