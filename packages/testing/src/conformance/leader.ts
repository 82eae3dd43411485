import assert from 'node:assert/strict';
import type { Address } from '../address.ts';
import { eventually } from '../eventually.ts';
import type { ClusterNode } from '../member.ts';
import type { Observation, SentinelEvent } from '../observer.ts';
import { underWay, type Scenario, type Trial } from './trial.ts';

const waiting = '+failover-state-wait-promotion';

/** The sentinel that leads a failover is lost in the middle of it. */
export const leaders: readonly Scenario[] = [
  {
    title: 'the leading sentinel is killed at the promotion, and the others never hear of it',
    run: async (t) => {
      await using observer = await t.cluster.observe({ pollMs: 1000 });
      await loseLeader(t, async () => {
        await t.cluster.failover(t.cluster.name, { via: 0 });
        await observer.waitFor((seen) => seen.kind === 'event' && seen.channel === waiting);
        await t.cluster.stopSentinel(0);
      });
    },
  },
  {
    title: 'the master is killed, and then the sentinel that promotes a replica: the others do it again',
    // The next failover may begin after twice this time.
    cluster: { failoverTimeoutMs: 2000 },
    run: async (t) => {
      await using observer = await t.cluster.observe({ pollMs: 1000 });
      await loseLeader(t, async () => {
        await t.cluster.kill(await t.cluster.master());
        const isWaiting = (seen: Observation): seen is SentinelEvent =>
          seen.kind === 'event' && seen.channel === waiting;
        const { sentinel } = await observer.waitFor(isWaiting);
        await t.cluster.stopSentinel(sentinel);
      });
    },
  },
  {
    title: 'the leading sentinel crashes after its election',
    run: (t) => loseLeader(t, () => crashLeader(t, 'crash-after-election')),
  },
  {
    title: 'the leading sentinel crashes after the promotion',
    run: (t) => loseLeader(t, () => crashLeader(t, 'crash-after-promotion')),
  },
];

async function crashLeader(t: Trial, when: string): Promise<void> {
  const leader = t.sentinel(0);
  await leader.command('SENTINEL', 'SIMULATE-FAILURE', when);
  await t.cluster.failover(t.cluster.name, { via: 0 });
  await eventually(() => leader.state === 'stopped', {
    timeoutMs: 10_000,
    what: 'the leading sentinel to crash',
  });
}

/** Ends on the master that the sentinels agree on, whichever that is. */
async function loseLeader(t: Trial, lose: () => Promise<void>): Promise<void> {
  const { client, resolver } = await t.start();
  const writer = t.write(client);
  await writer.more(300);
  await lose();
  const agreed = async (): Promise<ClusterNode> => {
    const master = await t.cluster.master();
    const { phase, master: followed } = resolver.topology;
    assert.equal(phase, 'following');
    assert.ok(
      isSame(followed, master),
      `the resolver follows ${followed?.port}, the sentinels say ${master.port}`,
    );
    return master;
  };
  const master = await eventually(agreed, { timeoutMs: 30_000, what: 'the resolver to follow the majority' });
  await writer.more(500);
  const figures = await t.finish(writer, master);
  const mayFail = t.capabilities.inFlight === 'rejected' ? 2 * underWay : 0;
  assert.ok(figures.failed <= mayFail, `${figures.failed} writes failed: ${figures.errors.join('; ')}`);
  assert.equal(figures.hung, 0);
  assert.ok(isSame(resolver.topology.master, await t.cluster.master()), 'and stays there');
  assert.equal(client.isEnded(), false);
}

function isSame(a: Address | undefined, b: Address): boolean {
  return a?.host === b.host && a.port === b.port;
}
