import { startCluster } from '@switchmaster/testing';
import type { ClientDefinition, Deployment } from '../clients/client.ts';
import { entrantsOf, findHaproxy, Haproxy } from '../haproxy.ts';
import type { FigureDefinition, ScenarioResult } from '../results.ts';
import { attempt, type Section, type SectionContext } from '../section.ts';
import { median, percentile } from '../statistics.ts';
import { firstCore, lastCore, pin, pinMainThread, placeServers } from './cores.ts';
import { Crew } from './crew.ts';
import { deploymentOf } from './deployment.ts';
import type { Jobs, PaceTask } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { type Team, teamsOf, turns } from './teams.ts';
import type { Worker } from './worker.ts';

/** About a tenth of what the slowest of them can do, so that nothing queues up by itself. */
const perSecond = 2000;
/**
 * In so many commands V8 has compiled most of what it will, which takes it several milliseconds now and then. What a task
 * makes anew it compiles once more in the second one, and then no more.
 */
const warmUp: PaceTask = { stretches: [{ perSecond: 20_000, durationMs: 500 }] };
const warmUps = 3;
/** The first commands of a turn come out of idleness. */
const turn: PaceTask = {
  stretches: [
    { perSecond, durationMs: 100 },
    { perSecond, durationMs: 1000 },
  ],
};
const turnsEach = 8;
const usualRounds = 10;

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
  const { clients, haproxy, notes: absences } = entrantsOf(context.clients, findHaproxy());
  await using cluster = await startCluster({ replicas: 0, sentinels: 3 });
  await using proxy = haproxy === undefined ? undefined : await Haproxy.start(haproxy, cluster.nodes);
  const deployment = deploymentOf(cluster, proxy);
  const notes = [...absences, ...(await placeServers(cluster, proxy, firstCore))];
  for (const team of teamsOf(clients)) {
    for (let round = 1; round <= rounds; round++) {
      const part = `${team.plain.library}, round ${round}`;
      await attempt(context, part, () => compare(team, deployment, round, context, ledger));
    }
    context.say(`latency: ${team.plain.library}`);
  }
  yield ledger.result(scenario, `SET and GET, ${perSecond} a second`, { notes });
}

/**
 * In turns of a second, since for some seconds the machine is slower, and for all. Whose turn it is has a core to itself:
 * it looks at the clock all the time. What V8 does beside it is done on the other core, and there is who waits.
 */
async function compare(
  { plain, others }: Team,
  deployment: Deployment,
  round: number,
  { signal }: SectionContext,
  ledger: Ledger,
): Promise<void> {
  await using crew = new Crew([plain, ...others], signal);
  for (const { worker } of crew.members) {
    await worker.ask('connect', { deployment, count: 1 });
    await pin([worker.pid], firstCore);
    await worker.ask('collect');
    for (let i = 0; i < warmUps; i++) await paceAlone(worker, warmUp);
  }
  const found = new Map<ClientDefinition, (readonly number[])[]>(
    crew.members.map(({ client }) => [client, []]),
  );
  for (const { client, worker } of turns(crew.members, round, turnsEach)) {
    found.get(client)?.push(await paceAlone(worker, turn));
  }
  const base = found.get(plain);
  for (const [client, own] of found) {
    ledger.note(scenario, client, round, compared(own, client === plain ? undefined : base));
  }
}

async function paceAlone(worker: Worker<Jobs>, task: PaceTask): Promise<readonly number[]> {
  await pinMainThread(worker.pid, lastCore);
  const latenciesMs = await worker.ask('pace', task);
  await pinMainThread(worker.pid, firstCore);
  return latenciesMs;
}

type Turns = readonly (readonly number[])[];

function compared(own: Turns, base: Turns | undefined): Record<string, number> {
  const values = percentiles.map(([name, p]): [string, number] => [name, usual(own, p)]);
  if (!base) return Object.fromEntries<number>(values);
  const ratios = percentiles.map(([name, p]): [string, number] => [
    `${name}Ratio`,
    usual(own, p) / usual(base, p),
  ]);
  return Object.fromEntries<number>([...values, ...ratios]);
}

/** The median of all turns: in one or the other the machine itself stands still for some milliseconds. */
function usual(latenciesMs: Turns, p: number): number {
  return median(latenciesMs.map((ofTurn) => percentile(ofTurn, p)));
}
