/* oxlint-disable eslint/no-console, unicorn/no-process-exit -- it prints, and ends what hangs */
import { setTimeout as sleep } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import KeyvRedis from '@keyv/redis';
import { createResolver, type Resolver } from '@switchmaster/core';
import { startCluster, type Cluster, type Observer } from '@switchmaster/testing';
import { Keyv } from 'keyv';
import { createStore, type SwitchmasterStore } from '../src/index.ts';
import { clientKinds } from '../test/clients.ts';
import { Load, worst, type LoadedCache, type LoadReport } from '../test/load.ts';

/**
 * The same load on each cache at once, through the same fault: `pnpm bench [runs] [store]`, with `store` one of
 * `ioredis`, `node-redis` and `own` (default: all three), next to @keyv/redis.
 */
const runs = Number(process.argv[2] ?? 3);
const only = process.argv[3];
const perSecond = 1000;

type Fault = 'kill' | 'freeze' | 'failover';

interface Contestant {
  readonly name: string;
  readonly cache: LoadedCache;
  readonly openMs: () => number;
  readonly end: () => void;
}

async function contestants(resolver: Resolver, cluster: Cluster): Promise<Contestant[]> {
  const given = await Promise.all(
    clientKinds
      .filter(({ name }) => isWanted(name))
      .map(async ({ name, connect }) => {
        const { client, end } = await connect(resolver);
        const keyv = createStore({ client, resolver, namespace: `bench-${name}` });
        const close = (): void => void keyv.disconnect().then(end);
        return { ...contestant(`createStore, ${name} client`, keyv), end: close };
      }),
  );
  return [...given, ...(isWanted('own') ? [own(resolver)] : []), peer(cluster)];
}

function own(resolver: Resolver): Contestant {
  const keyv = createStore({ resolver, namespace: 'bench-own' });
  return { ...contestant('createStore, own client', keyv), end: () => void keyv.disconnect() };
}

function isWanted(name: string): boolean {
  return only === undefined || only === name;
}

function contestant(name: string, keyv: Keyv): Omit<Contestant, 'end'> {
  let openMs = 0;
  let since: number | undefined;
  (keyv.store as SwitchmasterStore).on('state', (state) => {
    if (state === 'closed' && since !== undefined) {
      openMs += performance.now() - since;
      since = undefined;
    } else since ??= performance.now();
  });
  return { name, cache: keyv, openMs: () => openMs };
}

function peer(cluster: Cluster): Contestant {
  const sentinelRootNodes = [...cluster.sentinels];
  const store = new KeyvRedis({ name: cluster.name, sentinelRootNodes }, { namespace: 'bench-keyv' });
  const keyv = new Keyv({ store, namespace: 'bench-keyv', useKeyPrefix: false });
  keyv.on('error', () => {});
  return {
    name: '@keyv/redis, sentinel options',
    cache: keyv,
    openMs: () => 0,
    end: () => void store.disconnect(true).catch(() => {}),
  };
}

async function run(fault: Fault): Promise<void> {
  await using cluster = await startCluster({ replicas: 2, sentinels: 3, downAfterMs: 1000 });
  await using observer = await cluster.observe();
  const resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
  const all = await contestants(resolver, cluster);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const loads = all.map(({ cache }) => new Load(cache, perSecond));
  await sleep(2000);
  delay.enable();
  const holds: number[] = [];
  resolver.on('hold', ({ at }) => holds.push(at));
  resolver.on('switch', ({ at }) => holds.push(at));
  const old = await cluster.master();
  const at = performance.now();
  if (fault === 'failover') await cluster.failover();
  else await cluster[fault](old);
  await cluster.masterAfter(old);
  await sleep(5000);
  const promotedAt = promotionAfter(observer, old.address, at);
  const reports = await Promise.all(loads.map((load) => load.stop()));
  const rows = all.map(({ name, openMs }, i) => [
    name,
    reports[i] && figures(reports[i], promotedAt, openMs()),
  ]);
  const [heldAt = 0, switchedAt = 0] = holds;
  const lag = `event loop late by ${(delay.max / 1e6).toFixed(0)} ms at the most`;
  console.log(
    `\n${fault}: promoted after ${(promotedAt - at).toFixed(0)} ms, held for ${(switchedAt - heldAt).toFixed(0)} ms; ${lag}`,
  );
  console.table(Object.fromEntries(rows));
  for (const { end } of all) end();
  await resolver.close();
}

function promotionAfter(observer: Observer, old: string, at: number): number {
  const seen = observer.roleChanges.find((one) => one.role === 'master' && one.node !== old && one.atMs > at);
  return seen?.atMs ?? NaN;
}

function figures(report: LoadReport, promotedAt: number, openMs: number): Record<string, number | string> {
  const back = report.hits.find((at) => at > promotedAt);
  return {
    operations: report.samples.length,
    'worst read ms': Math.round(worst(report, 'get')),
    'worst write ms': Math.round(worst(report, 'set', 'delete')),
    'hit after promotion ms': back === undefined ? 'never' : Math.round(back - promotedAt),
    misses: report.misses.length,
    'deleted but served': `${report.deletedButServed.length} of ${report.deleted}`,
    'never ended': report.pending,
    'breaker open ms': Math.round(openMs),
  };
}

for (let i = 0; i < runs; i++) {
  for (const fault of ['kill', 'freeze', 'failover'] as const) await run(fault);
}
process.exit();
