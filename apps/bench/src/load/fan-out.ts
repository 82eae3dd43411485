import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '@switchmaster/testing';
import { clockMs } from '../clock.ts';
import type { FigureDefinition, Run, ScenarioResult } from '../results.ts';
import { attempt, type Section, type SectionContext } from '../section.ts';
import { percentile } from '../statistics.ts';
import { deploymentOf } from './deployment.ts';
import { connectionsOf, cpuMsOf } from './info.ts';
import { Ledger } from './ledger.ts';
import type { ResolverJobs } from './resolver-jobs.ts';
import { Worker } from './worker.ts';

const processes = 4;
const perProcess = 250;
const usualRuns = 3;
/** Until what the start set off has ended; and how long the sentinels' idle load is looked at. */
const restMs = 2000;

const figures: readonly FigureDefinition[] = [
  { name: 'moved-0', title: 'first moved', unit: 'ms', better: 'lower' },
  { name: 'moved-50', title: 'half', unit: 'ms', better: 'lower' },
  { name: 'moved-90', title: '90 %', unit: 'ms', better: 'lower' },
  { name: 'moved-100', title: 'last', unit: 'ms', better: 'lower' },
  { name: 'clientCpu', title: 'CPU per resolver', unit: 'ms', better: 'lower' },
  { name: 'sentinelCpu', title: 'CPU of the sentinels', unit: 'ms', better: 'lower' },
  { name: 'sentinelIdleCpu', title: 'in an idle second', unit: 'ms', better: 'lower' },
  { name: 'sentinelConnections', title: 'connections to sentinels', unit: 'count', better: 'lower' },
];

const variants = [
  { name: 'shared', title: `a sentinel set for each of the ${processes} processes`, share: true },
  { name: 'own', title: 'each resolver given the addresses', share: false },
] as const;

const resolver = { name: 'switchmaster-core', kind: 'ours', library: '@switchmaster/core' } as const;

/** A thousand resolvers, three sentinels and one planned failover. */
export const fanOut: Section = { name: 'fanOut', title: 'Fan-out', measure };

async function* measure(context: SectionContext): AsyncIterable<ScenarioResult> {
  if (!context.clients.some(({ kind }) => kind === 'ours')) return;
  const ledger = new Ledger(figures);
  const { runs = usualRuns } = context;
  for (const { name, title, share } of variants) {
    for (let run = 1; run <= runs; run++) {
      const moved = await attempt(context, `${name}, run ${run}`, () => failOver(share, context.signal));
      if (moved) ledger.note(name, resolver, run, moved);
      context.say(`fan-out: ${title}, run ${run}`);
    }
    const count = (processes * perProcess).toLocaleString('en');
    yield ledger.result(name, `${count} resolvers, ${title}`);
  }
}

async function failOver(share: boolean, signal: AbortSignal): Promise<Run['figures']> {
  await using cluster = await startCluster({ replicas: 2, sentinels: 3 });
  await using observer = await cluster.observe();
  const sentinels = cluster.sentinelHandles;
  const connectionsBefore = await connectionsOf(sentinels);
  const workers = Array.from(
    { length: processes },
    () => new Worker<ResolverJobs>('resolvers-main.ts', ['resolvers'], signal),
  );
  try {
    const task = { deployment: deploymentOf(cluster), count: perProcess, share };
    await Promise.all(workers.map((worker) => worker.ask('start', task)));
    const connections = (await connectionsOf(sentinels)) - connectionsBefore;
    await sleep(restMs, undefined, { signal });

    const idleFrom = clockMs();
    const idleCpu = await cpuMsOf(sentinels);
    await sleep(restMs, undefined, { signal });
    const cpu = await cpuMsOf(sentinels);
    const sentinelIdleCpu = ((cpu - idleCpu) * 1000) / (clockMs() - idleFrom);

    const old = await cluster.master();
    const moved = Promise.all(workers.map((worker) => worker.ask('watch')));
    await cluster.failover();
    const moves = await moved;
    const master = await cluster.masterAfter(old);
    await observer.waitFor((seen) => seen.kind === 'event' && seen.channel === '+switch-master');
    const promotedAt = (observer.promotedAt(master.address) ?? NaN) + performance.timeOrigin;
    return {
      ...distribution(moves.flatMap(({ movedAt }) => movedAt.map((at) => at - promotedAt))),
      clientCpu: moves.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / (processes * perProcess),
      sentinelCpu: (await cpuMsOf(sentinels)) - cpu,
      sentinelIdleCpu,
      sentinelConnections: connections,
    };
  } finally {
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}

/** After how many milliseconds each tenth of the resolvers had moved. */
function distribution(movedAfterMs: readonly number[]): Record<string, number> {
  const tenths = Array.from({ length: 11 }, (_, i) => i * 10);
  return Object.fromEntries(tenths.map((tenth) => [`moved-${tenth}`, percentile(movedAfterMs, tenth)]));
}
