import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '@switchmaster/testing';
import type { ClientName } from './clients/index.ts';
import { clockMs } from './clock.ts';
import type { Display } from './display.ts';
import type { Fault } from './faults.ts';
import { conclude, type Legacy, type Result } from './result.ts';
import { failoverOf, journeyIn, type Scene, viewOf, warmUpMs } from './scene.ts';
import { survivorsOf } from './survivors.ts';
import { WriterProcess } from './writer-process.ts';

const frameMs = 80;
/** How long a client must have written to the new master before it has arrived. */
const settledMs = 1000;

/** What a run needs from outside. */
export interface RunOptions {
  readonly fault: Fault;
  readonly clients: readonly ClientName[];
  readonly display: Display;
  readonly signal: AbortSignal;
}

/** Starts a cluster, breaks it while the clients write, and counts what is left. */
export async function run(options: RunOptions): Promise<Result> {
  const { fault, clients, display, signal } = options;
  display.say(`${fault.title}: starting 1 master, 2 replicas and 3 sentinels`);
  await using cluster = await startCluster({ replicas: 2, sentinels: 3, downAfterMs: 1000 });
  signal.throwIfAborted();
  const deployment = { name: cluster.name, sentinels: cluster.sentinels };
  const writers = clients.map((client) => new WriterProcess(client, deployment, signal));
  try {
    return await play(options, cluster, writers);
  } finally {
    await Promise.all(writers.map((writer) => writer[Symbol.asyncDispose]()));
  }
}

async function play(
  { fault, display, signal }: RunOptions,
  cluster: Cluster,
  writers: readonly WriterProcess[],
): Promise<Result> {
  await using observer = await cluster.observe();
  const master = await cluster.master();
  await Promise.all(writers.map((writer) => writer.ready()));

  const expectedAt = clockMs() + warmUpMs;
  let scene: Scene = { fault, cluster, observer, writers, oldMaster: master.address, faultAt: expectedAt };
  const showUntil = async (isOver: () => boolean, stage: string): Promise<void> => {
    while (!isOver()) {
      for (const writer of writers) writer.check();
      display.update(viewOf(scene, stage, clockMs()));
      await sleep(frameMs, undefined, { signal });
    }
  };

  for (const writer of writers) writer.write();
  await showUntil(() => clockMs() >= expectedAt, 'all is well');
  scene = { ...scene, faultAt: clockMs() };
  await Promise.all([fault.inject(cluster, master), showUntil(() => hasEnded(scene, clockMs()), '')]);

  const endAt = clockMs();
  display.update(viewOf(scene, 'looking up each acknowledged key', endAt));
  return conclude(scene, await lookUp(writers, cluster), endAt);
}

/** Ends the writers, and asks the master on which the sentinels agree for each key. */
async function lookUp(writers: readonly WriterProcess[], cluster: Cluster): Promise<Legacy[]> {
  const records = await Promise.all(writers.map(async (writer) => ({ writer, record: await writer.stop() })));
  const master = await cluster.master();
  const legacies = records.map(async ({ writer, record }): Promise<Legacy> => {
    return { writer, record, survivors: await survivorsOf(writer.client, record.acks, master) };
  });
  return await Promise.all(legacies);
}

/** Each client has arrived at the new master, as far as it ever does. */
function hasEnded(scene: Scene, at: number): boolean {
  const { fault, writers, faultAt } = scene;
  const now = at - faultAt;
  if (now >= fault.maxMs) return true;
  const awaitsDemotion = fault.demotes && failoverOf(scene).demotedMs === undefined;
  if (now < fault.minMs || awaitsDemotion) return false;
  return writers.every((writer) => now - (journeyIn(scene, writer).firstWriteMs ?? now) >= settledMs);
}
