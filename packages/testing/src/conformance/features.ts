import assert from 'node:assert/strict';
import { eventually } from '../eventually.ts';
import type { Scenario } from './trial.ts';

/** What a client can do beside plain commands goes on after a failover. */
export const features: readonly Scenario[] = [
  {
    title: 'a subscription is there again on the new master',
    needs: 'pubSub',
    run: async (t) => {
      const { client, resolver } = await t.start();
      const subscriber = await t.connect(resolver);
      const heard = new Set<string>();
      assert.ok(subscriber.subscribe);
      await subscriber.subscribe('news', (message) => heard.add(message));
      const old = await t.cluster.master();
      await t.cluster.failover();
      await t.cluster.masterAfter(old);
      // The subscription comes up a moment after the connection, and nobody keeps messages for it.
      const hears = async (): Promise<void> => {
        await client.command('PUBLISH', 'news', 'after');
        assert.ok(heard.has('after'));
      };
      await eventually(hears, { timeoutMs: 10_000, what: 'a message after the failover' });
    },
  },
  {
    title: 'a blocking command is answered by the new master',
    needs: 'blocking',
    run: async (t) => {
      const { client, resolver } = await t.start();
      const blocked = await t.connect(resolver);
      const popped = blocked.command('BLPOP', 'list', '0');
      popped.catch(() => {});
      const old = await t.cluster.master();
      await t.cluster.failover();
      await t.cluster.masterAfter(old);
      await client.command('SET', 'key', 'value');
      if (t.capabilities.inFlight === 'rejected') {
        await assert.rejects(popped);
        await client.command('RPUSH', 'list', 'item');
        assert.deepEqual(await blocked.command('BLPOP', 'list', '0'), ['list', 'item']);
        return;
      }
      await client.command('RPUSH', 'list', 'item');
      assert.deepEqual(await popped, ['list', 'item']);
    },
  },
  {
    title: 'a duplicate and its duplicate follow as well',
    needs: 'duplicate',
    run: async (t) => {
      const { client } = await t.start();
      assert.ok(client.duplicate);
      const child = t.adopt(await client.duplicate());
      assert.ok(child.duplicate);
      const grandchild = t.adopt(await child.duplicate());
      const writers = [child, grandchild].map((one, i) => t.write(one, { prefix: `${i}:`, perSecond: 300 }));
      await Promise.all(writers.map((writer) => writer.more(50)));
      const old = await t.cluster.master();
      await t.cluster.failover();
      const master = await t.cluster.masterAfter(old);
      await Promise.all(writers.map((writer) => writer.more(100)));
      for (const writer of writers) t.assertFlawless(await t.finish(writer, master));
    },
  },
  {
    title: 'a replica client reads from replicas, and from the master while there is none',
    needs: 'replicas',
    run: async (t) => {
      const { client, resolver } = await t.start();
      await client.command('SET', 'key', 'value');
      await eventually(() => resolver.replicas().length === 2, { timeoutMs: 15_000, what: 'both replicas' });
      const reader = await t.connect(resolver, 'replica');
      const role = async (): Promise<unknown> => ((await reader.command('ROLE')) as unknown[])[0];
      await eventually(async () => assert.equal(await role(), 'slave'));
      await eventually(async () => assert.equal(await reader.command('GET', 'key'), 'value'));
      for (const replica of await t.cluster.replicas()) await t.cluster.kill(replica);
      await eventually(async () => assert.equal(await role(), 'master'), { timeoutMs: 20_000 });
      assert.equal(await reader.command('GET', 'key'), 'value');
      for (const node of t.cluster.nodes) if (node.state === 'stopped') await t.cluster.restart(node);
      await eventually(async () => assert.equal(await role(), 'slave'), { timeoutMs: 30_000 });
      assert.equal(reader.isEnded(), false);
    },
  },
];
