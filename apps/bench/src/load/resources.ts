import { type Cluster, startCluster } from '@switchmaster/testing';
import type { ClientDefinition } from '../clients/client.ts';
import type { FigureDefinition, ScenarioResult } from '../results.ts';
import { attempt, type Section, type SectionContext } from '../section.ts';
import { deploymentOf } from './deployment.ts';
import { connectionsOf } from './info.ts';
import { importFigures, measureImports } from './imports.ts';
import type { Jobs } from './jobs.ts';
import { Ledger } from './ledger.ts';
import { teamsOf } from './teams.ts';
import { Worker } from './worker.ts';

const counts = [1, 50, 500];
/** A sentinel client of node-redis takes a megabyte and 100 ms: 500 of them would measure the machine. */
const mostPeers = 50;
const usualRuns = 3;
const guests = 10;

const figures: readonly FigureDefinition[] = [
  { name: 'heap', title: 'heap of the process', unit: 'bytes', better: 'lower' },
  { name: 'heapRatio', title: 'of plain', unit: 'ratio', better: 'lower' },
  { name: 'perClient', title: 'heap per further client', unit: 'bytes', better: 'lower' },
  { name: 'perClientRatio', title: 'of plain', unit: 'ratio', better: 'lower' },
  { name: 'resident', title: 'RSS', unit: 'bytes', better: 'lower' },
  { name: 'residentRatio', title: 'of plain', unit: 'ratio', better: 'lower' },
  { name: 'nodeConnections', title: 'connections to nodes', unit: 'count', better: 'lower' },
  { name: 'sentinelConnections', title: 'to sentinels', unit: 'count', better: 'lower' },
];

/** What idle clients of one process cost, and what it costs to load them. */
export const resources: Section = { name: 'resources', title: 'Resources', measure };

async function* measure(context: SectionContext): AsyncIterable<ScenarioResult> {
  const ledger = new Ledger(figures);
  await using cluster = await startCluster({ replicas: 0, sentinels: 3 });
  const { runs = usualRuns } = context;
  const ofOne = new Map<string, Footprint>();
  for (const count of counts) {
    const weigh = async (client: ClientDefinition, run: number): Promise<Footprint | undefined> => {
      const part = `idle-${count}, run ${run}, ${client.name}`;
      const whole = await attempt(context, part, () => footprint(client, count, cluster, context));
      const key = `${client.name}, run ${run}`;
      if (count === 1 && whole) ofOne.set(key, whole);
      return whole && { ...whole, ...added(whole, count, ofOne.get(key)) };
    };
    for (let run = 1; run <= runs; run++) {
      for (const { plain, others } of teamsOf(context.clients)) {
        const base = await weigh(plain, run);
        if (base) ledger.note(`idle-${count}`, plain, run, base);
        for (const client of others) {
          if (client.underLoad || (client.kind === 'peer' && count > mostPeers)) continue;
          const own = await weigh(client, run);
          if (own) ledger.note(`idle-${count}`, client, run, { ...own, ...(base && ratios(own, base)) });
        }
      }
      context.say(`resources: ${count} clients, run ${run}`);
    }
    yield ledger.result(`idle-${count}`, count === 1 ? '1 idle client' : `${count} idle clients`);
  }
  const imports = new Ledger(importFigures);
  const notes = await attempt(context, 'import', () => measureImports(context, imports));
  yield imports.result('import', 'Loading the packages', { notes });
}

interface Footprint extends Record<string, number> {
  readonly heap: number;
  readonly resident: number;
}

/**
 * In a fresh process, once some clients have come and gone, and then as many: the code is loaded then, and compiled,
 * which it is after some runs and for all.
 */
async function footprint(
  client: ClientDefinition,
  count: number,
  cluster: Cluster,
  { signal }: SectionContext,
): Promise<Footprint> {
  await using worker = new Worker<Jobs>('client-main.ts', [client.name], signal);
  const deployment = deploymentOf(cluster);
  for (const size of [...Array<number>(guests).fill(1), count]) {
    await worker.ask('connect', { deployment, count: size });
    await worker.ask('close');
  }
  // Lets all of them go.
  await worker.ask('weigh');
  const nodesBefore = await connectionsOf(cluster.nodes);
  const sentinelsBefore = await connectionsOf(cluster.sentinelHandles);
  await worker.ask('connect', { deployment, count });
  const after = await worker.ask('weigh');
  return {
    heap: after.heapBytes,
    resident: after.residentBytes,
    nodeConnections: (await connectionsOf(cluster.nodes)) - nodesBefore,
    sentinelConnections: (await connectionsOf(cluster.sentinelHandles)) - sentinelsBefore,
  };
}

/** What each further client takes. What all of them share is in the process of the one. */
function added({ heap }: Footprint, count: number, ofOne: Footprint | undefined): Record<string, number> {
  return count > 1 && ofOne ? { perClient: (heap - ofOne.heap) / (count - 1) } : {};
}

/** Of the two processes, and of what each client adds. */
function ratios(own: Footprint, base: Footprint): Record<string, number> {
  const ratio = (name: string): Record<string, number> => {
    const [value, other] = [own[name], base[name]];
    return value === undefined || other === undefined ? {} : { [`${name}Ratio`]: value / other };
  };
  return { ...ratio('heap'), ...ratio('perClient'), ...ratio('resident') };
}
