import { createResolver, formatAddress, type Resolver } from '@switchmaster/core';
import { createRedis } from '@switchmaster/ioredis';
import type { Redis } from 'ioredis';
import { type ClusterNode, startCluster, until, Writer } from '@switchmaster/testing';
import { valuesOn } from '../values.ts';

/** What guards a client that is cut off together with the old master. */
export interface Guards {
  /** The resolver's `onMinority: 'hold'`. */
  readonly hold: boolean;
  /** The servers' `min-replicas-to-write 1`, `min-replicas-max-lag 1`. */
  readonly minReplicas: boolean;
  /** Whether a write counts as acknowledged only when `WAIT 1` says that a replica has it. */
  readonly wait: boolean;
}

/** What a partition cost. Durations are from the cut on, in milliseconds. */
export interface PartitionFigures {
  /** When the last write was acknowledged by the master on the wrong side. */
  readonly acknowledgedForMs: number;
  /** When traffic was held. Undefined: it was not. */
  readonly heldAfterMs: number | undefined;
  /** When the others had a new master. */
  readonly replacedAfterMs: number;
  /** Acknowledged, and gone after the heal. */
  readonly lost: number;
  readonly failed: number;
  readonly hung: number;
  readonly acked: number;
}

/**
 * The master, one of three sentinels and a client are cut off from everybody else. The others elect a new master,
 * and the client cannot know. Then the partition heals.
 */
export async function playPartition(guards: Guards, perSecond = 500): Promise<PartitionFigures> {
  const { hold, minReplicas } = guards;
  await using cluster = await startCluster({
    proxied: true,
    // Two sentinels are left: should they vote each for themselves, they try again after twice this time.
    failoverTimeoutMs: 2000,
    nodeConfig: minReplicas ? { 'min-replicas-to-write': '1', 'min-replicas-max-lag': '1' } : {},
  });
  await using resolver = createResolver({
    name: cluster.name,
    sentinels: cluster.sentinels,
    onMinority: hold ? 'hold' : 'continue',
  });
  let heldAtMs: number | undefined;
  resolver.on('hold', ({ reason }) => {
    if (reason === 'minority') heldAtMs ??= performance.now();
  });
  // A WAIT that is sent again asks another master about another connection's writes.
  const redis = createRedis(resolver, { autoResendUnfulfilledCommands: !guards.wait });
  redis.on('error', () => {});
  const writer = new Writer({
    set: guards.wait ? (key, value) => setAndWait(redis, key, value) : (key, value) => redis.set(key, value),
    perSecond,
  });
  try {
    writer.start();
    await writer.more(perSecond);
    const old = await cluster.master();
    const [sentinel] = cluster.sentinels;
    const cutAtMs = performance.now();
    await cluster.isolate(sentinel ? [old, sentinel] : old, { clients: 'inside' });
    const master = await cluster.masterAfter(old);
    const replacedAtMs = performance.now();
    if (hold) await until(() => heldAtMs);
    else if (minReplicas || guards.wait) await until(() => writer.failed > 0 || undefined);
    const acknowledgedForMs = writer.lastAckAt - cutAtMs;
    await cluster.heal();
    await until(() => isAt(resolver, master) || undefined);
    await writer.more(perSecond);
    await writer.stop();
    const { lost, failed, hung, acked } = await writer.check((keys) => valuesOn(master, keys));
    return {
      acknowledgedForMs: Math.round(acknowledgedForMs),
      heldAfterMs: heldAtMs === undefined ? undefined : Math.round(heldAtMs - cutAtMs),
      replacedAfterMs: Math.round(replacedAtMs - cutAtMs),
      lost,
      failed,
      hung,
      acked,
    };
  } finally {
    redis.disconnect();
  }
}

function isAt({ topology }: Resolver, { address }: ClusterNode): boolean {
  return topology.master !== undefined && formatAddress(topology.master) === address;
}

/** Both at once on the wire. Nobody else's writes lie between them, so the replica that has those has this one. */
async function setAndWait(redis: Redis, key: string, value: string): Promise<void> {
  const [, replicas] = await Promise.all([redis.set(key, value), redis.wait(1, 500)]);
  if (replicas < 1) throw new Error('no replica has it');
}
