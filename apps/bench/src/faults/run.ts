import { loadavg } from 'node:os';
import { type Cluster, type ClusterNode, startCluster } from '@switchmaster/testing';
import type { ClientDefinition, Deployment } from '../clients/client.ts';
import { clockMs } from '../clock.ts';
import { Haproxy } from '../haproxy.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { median } from '../statistics.ts';
import type { Company, Estate } from './company.ts';
import { executionsOf } from './executions.ts';
import { keyOf, type Mode } from './messages.ts';
import { Stage } from './stage.ts';
import { type Tally, tallyOf } from './tally.ts';

/** How long all write before something happens. Sentinels notice what is killed in their first second up to a second late. */
const warmUpMs = 1000;
/** With the event loops of half of the clients standing still for so long, it was the machine, and not a client. */
const tooBusyMs = 100;

/** How one client came through a run. */
export interface Outcome {
  readonly definition: ClientDefinition;
  readonly mode: Mode;
  readonly tally: Tally;
  readonly stalledMs: number;
  /** Messages of failed writes, and how often each came. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface RunResult {
  readonly outcomes: readonly Outcome[];
  readonly notes: readonly string[];
  /** Why it is kept apart. */
  readonly apart: string | undefined;
  /** In milliseconds after the fault. */
  readonly promotedMs: number | undefined;
  readonly loadAverage: number;
}

export interface RunOptions {
  readonly scenario: Scenario;
  readonly company: Company;
  /** Its path, if it is needed. */
  readonly haproxy: string | undefined;
  readonly signal: AbortSignal;
}

/** Starts a deployment, breaks it while all write, and counts what is left. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { scenario, company, signal } = options;
  signal.throwIfAborted();
  await using cluster = await startCluster({
    replicas: 2,
    sentinels: 3,
    downAfterMs: 1000,
    ...scenario.cluster,
  });
  await using observer = await cluster.observe();
  const master = await cluster.master();
  await using proxy = options.haproxy
    ? await Haproxy.start(options.haproxy, nodesOf(cluster, master))
    : undefined;
  const deploymentNow = (): Deployment => ({
    name: cluster.name,
    sentinels: cluster.sentinels,
    nodes: nodesOf(cluster, master),
    proxy: proxy?.address,
  });
  const notes = await company.connect(scenario.id, deploymentNow());
  const stage = new Stage({
    cluster,
    observer,
    master,
    contestants: company.members,
    restartClients: () => company.restart(deploymentNow()),
    signal,
  });

  company.write();
  await stage.writeFor(warmUpMs);
  await scenario.play(stage);
  const endAt = clockMs();
  const estates = await company.stop();
  const final = await stage.lastMaster();
  const outcomes = await Promise.all(estates.map((estate) => outcomesOf(estate, stage, endAt, final)));
  const [first] = stage.promotions;
  return {
    outcomes: outcomes.flat(),
    notes,
    apart: whyApart(stage.promotions.length - scenario.failovers, estates),
    promotedMs: first && first.at - stage.faultAt,
    loadAverage: loadavg()[0] ?? 0,
  };
}

function whyApart(superfluous: number, estates: readonly Estate[]): string | undefined {
  if (superfluous > 0) return 'the sentinels failed over once more';
  const stalledMs = estates.length > 0 ? median(estates.map(({ legacy }) => legacy.stalledMs)) : 0;
  return stalledMs > tooBusyMs
    ? `the machine was busy: event loops late by ${Math.round(stalledMs)} ms`
    : undefined;
}

/** Those of the name in question, the master first. */
function nodesOf({ nodes, name }: Cluster, master: ClusterNode): { host: string; port: number }[] {
  const all = [master, ...nodes.filter((node) => node.name === name && node !== master)];
  return all.map(({ host, port }) => ({ host, port }));
}

async function outcomesOf(
  { definition, legacy }: Estate,
  stage: Stage,
  endAt: number,
  final: ClusterNode,
): Promise<Outcome[]> {
  const { storedAs = (key: string) => key, name } = definition;
  const entries = Object.entries(legacy.records) as [Mode, NonNullable<(typeof legacy.records)[Mode]>][];
  const count = async ([mode, record]: (typeof entries)[number]): Promise<Outcome> => {
    const executions = await executionsOf(
      record.issued,
      (n) => storedAs(keyOf(name, mode, legacy.round, n)),
      final,
    );
    // Who began later met the fault when it began.
    const window = { from: Math.max(stage.faultAt, legacy.beganAt), to: endAt };
    return {
      definition,
      mode,
      tally: tallyOf(record, window, stage.promotions, executions),
      stalledMs: legacy.stalledMs,
      errors: record.errors,
    };
  };
  return await Promise.all(entries.map(count));
}
