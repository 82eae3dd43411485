/**
 * What a planned failover costs clients that are not ours: `switchmaster switchover` beside `SENTINEL FAILOVER`.
 *
 * node --conditions=@switchmaster/source --import=tsx packages/cli/test/switchover-figures.ts [runs]
 */
import { loadavg } from 'node:os';
import { type Cluster, startCluster, type WriterFigures } from '@switchmaster/testing';
import { cli, type ClientName, flagsOf, Load } from './switchover-support.ts';

const ways = {
  'SENTINEL FAILOVER': async (cluster: Cluster): Promise<void> => {
    await cluster.failover();
    await cluster.settled();
  },
  'switchmaster switchover': async (cluster: Cluster): Promise<void> => {
    const { exitCode, stdout } = await cli(['switchover', '--yes', ...flagsOf(cluster)]);
    if (exitCode !== 0) throw new Error(stdout);
  },
} as const;

async function measure(client: ClientName, way: keyof typeof ways, number: number): Promise<WriterFigures> {
  await using cluster = await startCluster();
  using load = await Load.start(cluster, client, number);
  const old = await cluster.master();
  await ways[way](cluster);
  const master = await cluster.masterAfter(old);
  await load.writer.more(100);
  return await load.finish(master);
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].join(' / ');
}

const runs = Number(process.argv[2] ?? 10);
console.log(`${runs} runs each, min / median / max`);
for (const client of ['ioredis', 'node-redis'] as const) {
  for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
    const figures: WriterFigures[] = [];
    for (let number = 0; number < runs; number++) figures.push(await measure(client, way, number));
    const of = (key: 'acked' | 'lost' | 'failed' | 'hung' | 'longestGapMs'): string =>
      spread(figures.map((one) => one[key]));
    console.log(
      `${client}, ${way}: lost ${of('lost')}, failed ${of('failed')}, hung ${of('hung')}, ` +
        `longest gap ${of('longestGapMs')} ms, acknowledged ${of('acked')}, load ${loadavg()[0]?.toFixed(1)}`,
      ...new Set(figures.flatMap(({ errors }) => errors)),
    );
  }
}
