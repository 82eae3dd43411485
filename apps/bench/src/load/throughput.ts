import { startCluster } from '@switchmaster/testing';
import type { ClientDefinition, Deployment } from '../clients/client.ts';
import { entrantsOf, findHaproxy, Haproxy } from '../haproxy.ts';
import type { FigureDefinition, ScenarioResult } from '../results.ts';
import { attempt, type Section, type SectionContext } from '../section.ts';
import { firstCore, lastCore, pin, placeServers } from './cores.ts';
import { Crew } from './crew.ts';
import { deploymentOf } from './deployment.ts';
import type { HammerTask, Work } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { type Team, teamsOf, turns } from './teams.ts';

/** One process may be luckier than another by several percent: fewer would let luck decide. */
const usualRounds = 12;
const turnsEach = 2;
/** A turn begins with a stretch that does not count: V8 has given back memory since the last one, and compiles anew. */
const leadInMs = 100;
const sliceMs = 400;
const warmUpMs = 500;

interface Load extends Pick<HammerTask, 'command' | 'inFlight'> {
  readonly name: string;
  readonly title: string;
}

const loads: readonly Load[] = [
  { name: 'set', title: 'SET, one at a time', command: 'set', inFlight: 1 },
  { name: 'get', title: 'GET, one at a time', command: 'get', inFlight: 1 },
  { name: 'set-50', title: 'SET, 50 in flight', command: 'set', inFlight: 50 },
  { name: 'get-50', title: 'GET, 50 in flight', command: 'get', inFlight: 50 },
  { name: 'pipeline', title: 'SET, in explicit pipelines of 100', command: 'pipeline', inFlight: 1 },
];

const figures: readonly FigureDefinition[] = [
  { name: 'rate', title: 'commands', unit: 'per second', better: 'higher' },
  { name: 'rateRatio', title: 'of the plain client', unit: 'ratio', better: 'higher' },
  { name: 'cpu', title: 'CPU for 1000 commands', unit: 'ms', better: 'lower' },
  { name: 'cpuRatio', title: 'CPU of the plain client', unit: 'ratio', better: 'lower' },
];

/** As many commands as a client can do, in turns with the plain client of the same library. */
export const throughput: Section = { name: 'throughput', title: 'Throughput', measure };

async function* measure(context: SectionContext): AsyncIterable<ScenarioResult> {
  const ledger = new Ledger(figures);
  const { runs: rounds = usualRounds } = context;
  const { clients, haproxy, notes: absences } = entrantsOf(context.clients, findHaproxy());
  await using cluster = await startCluster({ replicas: 0, sentinels: 3 });
  await using proxy = haproxy === undefined ? undefined : await Haproxy.start(haproxy, cluster.nodes);
  const deployment = deploymentOf(cluster, proxy);
  const notes = [...absences, ...(await placeServers(cluster, proxy, lastCore))];
  for (const team of teamsOf(clients)) {
    for (let round = 1; round <= rounds; round++) {
      const part = `${team.plain.library}, round ${round}`;
      await attempt(context, part, () => compare(team, deployment, round, context, ledger));
    }
    context.say(`throughput: ${team.plain.library}`);
  }
  for (const { name, title } of loads) yield ledger.result(name, title, { notes });
}

/**
 * With new processes, since one may be luckier than another: with its memory, with what it compiled. Whose turn it is
 * shares the server's core, so that a command costs what it takes both in CPU, and nobody has to be woken elsewhere. Who
 * waits is elsewhere: it collects its garbage meanwhile.
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
    await pin([worker.pid], lastCore);
    for (const load of loads) await worker.ask('hammer', { ...load, leadInMs: 0, durationMs: warmUpMs });
    await pin([worker.pid], firstCore);
  }
  for (const load of loads) {
    const works = new Map<ClientDefinition, Work>();
    for (const { client, worker } of turns(crew.members, round, turnsEach)) {
      await pin([worker.pid], lastCore);
      await worker.ask('collect');
      const work = await worker.ask('hammer', { ...load, leadInMs, durationMs: sliceMs });
      await pin([worker.pid], firstCore);
      works.set(client, sum(work, works.get(client)));
    }
    const base = works.get(plain);
    for (const [client, work] of works) ledger.note(load.name, client, round, compared(work, base));
  }
}

function sum(one: Work, other: Work | undefined): Work {
  if (!other) return one;
  return {
    commands: one.commands + other.commands,
    wallMs: one.wallMs + other.wallMs,
    cpuMs: one.cpuMs + other.cpuMs,
  };
}

function compared(work: Work, base: Work | undefined): Record<string, number> {
  const rate = (work.commands * 1000) / work.wallMs;
  const cpu = (work.cpuMs * 1000) / work.commands;
  const own = { rate, cpu };
  if (!base || base === work) return own;
  const rateRatio = rate / ((base.commands * 1000) / base.wallMs);
  return { ...own, rateRatio, cpuRatio: cpu / ((base.cpuMs * 1000) / base.commands) };
}
