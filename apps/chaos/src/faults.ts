import type { Scene } from './scene.ts';

/**
 * What a fault may cost.
 *
 * - `nothing`: whatever else happens, no acknowledged write is lost by it.
 * - `planned`: a failover that was asked for. It loses nothing, if nobody who takes part in it fails meanwhile.
 * - `participant`: takes away somebody whom a failover needs, or slows the replication down. Alone it loses nothing.
 * - `master`: the master is gone or cut off. What it has not handed on is lost: replication is asynchronous.
 */
export type Cost = 'nothing' | 'planned' | 'participant' | 'master';

/** Something that can be done to a cluster. */
export interface Fault {
  readonly name: string;
  readonly cost: Cost;
  /** How often it is picked, compared with the others. */
  readonly weight: number;
  /** @param dice One number for whatever it has to choose, the same in each run of a seed. */
  begin(scene: Scene, dice: number): Promise<unknown>;
}

/** All of them. */
export const faults: readonly [Fault, ...Fault[]] = [
  {
    name: 'failover',
    cost: 'planned',
    weight: 6,
    begin: ({ cluster }) => cluster.failover(cluster.name, { timeoutMs: 3000 }),
  },
  {
    name: 'kill-master',
    cost: 'master',
    weight: 3,
    begin: (scene) => scene.onMaster((node) => scene.kill(node)),
  },
  {
    name: 'freeze-master',
    cost: 'master',
    weight: 3,
    begin: (scene) => scene.onMaster((node) => scene.freeze(node)),
  },
  {
    name: 'restart-master',
    cost: 'master',
    weight: 2,
    begin: (scene) => scene.onMaster((node) => scene.cluster.restart(node)),
  },
  {
    name: 'isolate-master',
    cost: 'master',
    weight: 2,
    begin: (scene) => scene.onMaster((node) => scene.cluster.isolate(node)),
  },
  {
    name: 'kill-replica',
    cost: 'participant',
    weight: 1,
    begin: (scene, dice) => scene.onReplica(dice, (node) => scene.kill(node)),
  },
  {
    name: 'freeze-replica',
    cost: 'participant',
    weight: 1,
    begin: (scene, dice) => scene.onReplica(dice, (node) => scene.freeze(node)),
  },
  {
    name: 'restart-replica',
    cost: 'participant',
    weight: 1,
    begin: (scene, dice) => scene.onReplica(dice, (node) => scene.cluster.restart(node)),
  },
  {
    name: 'stop-sentinel',
    cost: 'participant',
    weight: 2,
    begin: (scene, dice) => scene.onSentinel(dice, (sentinel) => scene.kill(sentinel)),
  },
  {
    name: 'replace-sentinel',
    cost: 'participant',
    weight: 1,
    begin: (scene, dice) => scene.replaceSentinel(dice),
  },
  {
    name: 'isolate-sentinel',
    cost: 'participant',
    weight: 1,
    begin: (scene, dice) => scene.onSentinel(dice, (sentinel) => scene.cluster.isolate(sentinel)),
  },
  {
    name: 'reset-sentinels',
    cost: 'participant',
    weight: 1,
    begin: (scene) => scene.resetSentinels(),
  },
  {
    name: 'slow-master',
    cost: 'participant',
    weight: 2,
    begin: (scene, dice) =>
      scene.onMaster((node) => void (scene.cluster.proxy(node).delayMs = 5 + (dice % 60))),
  },
  {
    name: 'dripping-master',
    cost: 'participant',
    weight: 1,
    begin: (scene) =>
      scene.onMaster((node) => void (scene.cluster.proxy(node).throttle = { bytes: 2048, everyMs: 10 })),
  },
  {
    name: 'dead-lines',
    cost: 'nothing',
    weight: 2,
    begin: (scene) => scene.onMaster((node) => scene.strand(node)),
  },
  {
    name: 'client-kill',
    cost: 'nothing',
    weight: 3,
    begin: (scene) =>
      scene.onMaster((node) => node.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')),
  },
  {
    name: 'client-pause',
    // Writes that waited are answered when it ends, be that a millisecond before a promotion.
    cost: 'participant',
    weight: 2,
    begin: (scene, dice) =>
      scene.onMaster((node) =>
        node.command('CLIENT', 'PAUSE', 50 + (dice % 400), dice % 2 ? 'WRITE' : 'ALL'),
      ),
  },
];
