/**
 * What a planned failover costs clients: `switchmaster switchover` beside `SENTINEL FAILOVER`, and either of them
 * coordinated where the server (`REDIS_SERVER`) is Valkey 9.
 *
 * node --conditions=@switchmaster/source --import=tsx packages/cli/test/switchover-figures.ts [runs] [clients…]
 */
import { loadavg } from 'node:os';
import { type Cluster, startCluster, type WriterFigures } from '@switchmaster/testing';
import { cli, type ClientName, flagsOf, knowsCoordination, Load } from './switchover-support.ts';

type Way = (cluster: Cluster) => Promise<void>;

const sentinelFailover =
  (...words: readonly string[]): Way =>
  async (cluster) => {
    await cluster.sentinelCommand(0, 'SENTINEL', 'FAILOVER', cluster.name, ...words);
    await cluster.settled();
  };

const switchover =
  (...flags: readonly string[]): Way =>
  async (cluster) => {
    const { exitCode, stdout } = await cli(['switchover', '--yes', ...flags, ...flagsOf(cluster)]);
    if (exitCode !== 0) throw new Error(stdout);
  };

const ways: Readonly<Record<string, Way>> = {
  'SENTINEL FAILOVER': sentinelFailover(),
  'switchmaster switchover': switchover(),
  ...(knowsCoordination() && {
    'SENTINEL FAILOVER … COORDINATED': sentinelFailover('COORDINATED'),
    'switchmaster switchover --coordinated': switchover('--coordinated'),
  }),
};

async function measure(client: ClientName, name: string, way: Way, number: number): Promise<WriterFigures> {
  // A coordinated one is refused with less.
  await using cluster = await startCluster(/coordinated/i.test(name) ? { downAfterMs: 3000 } : {});
  using load = await Load.start(cluster, client, number);
  const old = await cluster.master();
  await way(cluster);
  const master = await cluster.masterAfter(old);
  await load.writer.more(100);
  return await load.finish(master);
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].join(' / ');
}

const [runs = '10', ...clients] = process.argv.slice(2);
console.log(`${runs} runs each, min / median / max`);
for (const client of (clients.length > 0 ? clients : ['ioredis', 'node-redis']) as ClientName[]) {
  for (const [name, way] of Object.entries(ways)) {
    const figures: WriterFigures[] = [];
    for (let number = 0; number < Number(runs); number++)
      figures.push(await measure(client, name, way, number));
    const of = (key: 'acked' | 'lost' | 'failed' | 'hung' | 'longestGapMs'): string =>
      spread(figures.map((one) => one[key]));
    console.log(
      `${client}, ${name}: lost ${of('lost')}, failed ${of('failed')}, hung ${of('hung')}, ` +
        `longest gap ${of('longestGapMs')} ms, acknowledged ${of('acked')}, load ${loadavg()[0]?.toFixed(1)}`,
      ...new Set(figures.flatMap(({ errors }) => errors)),
    );
  }
}
