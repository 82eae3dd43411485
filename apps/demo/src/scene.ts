import type { Cluster, Observer } from '@switchmaster/testing';
import { clusterEntries, type Failover, readFailover } from './failover.ts';
import type { Fault } from './faults.ts';
import { clientEntries, type Journey, journeyOf } from './journey.ts';
import type { Mark } from './strip.ts';
import { count } from './style.ts';
import { type Entry, inOrder } from './timeline.ts';
import type { ClientView, RunView } from './view.ts';
import type { WriterProcess } from './writer-process.ts';

/** How long the clients write before the fault. */
export const warmUpMs = 1000;

/** More pending writes than a healthy client has at any time. */
const waitingMany = 100;

/** A run of one fault while it goes on: who takes part, and since when the fault is there. */
export interface Scene {
  readonly fault: Fault;
  readonly cluster: Cluster;
  readonly observer: Observer;
  readonly oldMaster: string;
  readonly writers: readonly WriterProcess[];
  /** By `clockMs()`. Before the fault, when it is expected. */
  readonly faultAt: number;
}

export function failoverOf({ observer, faultAt, oldMaster }: Scene): Failover {
  return readFailover(observer, faultAt, oldMaster);
}

export function journeyIn({ faultAt, oldMaster }: Scene, { moves }: WriterProcess): Journey {
  return journeyOf(moves, faultAt, oldMaster);
}

/** What happened so far, in order. */
export function timelineOf(scene: Scene): Entry[] {
  const { fault, cluster, writers, faultAt, oldMaster } = scene;
  return inOrder([
    { atMs: 0, who: 'fault', what: `${fault.action} of ${oldMaster}` },
    ...clusterEntries(failoverOf(scene), cluster.sentinels.length),
    ...writers.flatMap(({ client, moves }) => clientEntries(client, moves, faultAt, oldMaster)),
  ]);
}

/** The run as it looks at a moment. Which writes are lost is known only when it is over. */
export function viewOf(scene: Scene, stage: string, at: number): RunView {
  const now = at - scene.faultAt;
  return {
    fault: scene.fault,
    stage,
    now,
    window: { from: -warmUpMs, to: Math.max(scene.fault.usualMs, now) },
    timeline: now < 0 ? [] : timelineOf(scene),
    clients: scene.writers.map((writer) => clientView(scene, writer)),
  };
}

function clientView(scene: Scene, writer: WriterProcess): ClientView {
  const { client: name, progress } = writer;
  const isStale = staleIn(scene, writer);
  const marks = progress.flatMap(({ at, acked }, i): Mark[] => {
    const atMs = at - scene.faultAt;
    const grows = acked > (progress[i - 1]?.acked ?? 0);
    return grows ? [{ at: atMs, fate: isStale(atMs) ? 'stale' : 'kept' }] : [];
  });
  const { acked = 0, pending = 0 } = progress.at(-1) ?? {};
  if (pending > waitingMany) return { name, marks, note: `${count(pending)} waiting`, mood: 'bad' };
  return { name, marks, note: `${count(acked)} acked`, mood: 'neutral' };
}

/** Whether, at a moment, there was a new master and the client had not left the old one. */
function staleIn(scene: Scene, writer: WriterProcess): (atMs: number) => boolean {
  const { promoted } = failoverOf(scene);
  const { movedMs = Infinity, heldMs = Infinity } = journeyIn(scene, writer);
  return (atMs) => promoted !== undefined && atMs > promoted.atMs && atMs < movedMs && heldMs > promoted.atMs;
}
