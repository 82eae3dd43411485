import assert from 'node:assert/strict';
import { eventually } from '../eventually.ts';
import type { Scenario } from './trial.ts';

/** Failovers that somebody asked for: the old master is alive, and nothing needs to be lost. */
export const planned: readonly Scenario[] = [
  {
    title: 'a planned failover loses, fails and repeats nothing',
    run: async (t) => {
      const { client } = await t.start();
      const writer = t.write(client);
      const counter = t.write(client, { set: () => client.command('INCR', 'counter'), perSecond: 200 });
      await writer.more(300);
      const old = await t.cluster.master();
      await t.cluster.failover();
      const master = await t.cluster.masterAfter(old);
      await writer.more(300);
      await counter.stop();
      const figures = await t.finish(writer, master);
      t.assertFlawless(figures);
      assert.equal(
        Number(await master.command('GET', 'counter')),
        counter.acked,
        'each INCR ran exactly once',
      );
      assert.equal(client.isEnded(), false);
    },
  },
  {
    title: 'a second failover right after the first ends on the last master',
    cluster: { replicas: 3 },
    run: async (t) => {
      const { client } = await t.start();
      const writer = t.write(client);
      await writer.more(200);
      const first = await t.cluster.master();
      await t.cluster.failover();
      const second = await t.cluster.masterAfter(first);
      // The leader of the first one is busy with its end for another second.
      const third = await t.failOver(second, 1);
      const late = t.write(client, { prefix: 'late:' });
      await late.more(200);
      t.assertFlawless(await t.finish(late, third, 'what came after it'));
      // The replicas had not yet found the second master: what it took, the third may never have seen. And the first
      // leader may turn it back into a replica, which cuts off what was under way.
      const { failed, hung } = await t.finish(writer, third);
      assert.equal(hung, 0);
      assert.ok(failed <= t.mayFail, `${failed} writes failed`);
    },
  },
  {
    title: 'several failovers in a row lose nothing and leave nothing behind',
    cluster: { replicas: 4 },
    run: async (t) => {
      const { client } = await t.start();
      const writer = t.write(client);
      await writer.more(200);
      const before = (await t.connections()).length;
      let master = await t.cluster.master();
      for (let round = 0; round < 4; round++) {
        master = await t.failOver(master, round % 3);
        await t.replicated(master);
      }
      await writer.more(100);
      t.assertFlawless(await t.finish(writer, master));
      // An old master is asked for its role until it is demoted.
      const back = async (): Promise<boolean> => (await t.connections()).length <= before;
      await eventually(back, { timeoutMs: 30_000, intervalMs: 200, what: 'no more connections than before' });
    },
  },
  {
    title: 'another master name on the same sentinels fails over: nothing happens',
    cluster: { names: ['mymaster', 'other'], replicas: 1 },
    run: async (t) => {
      const { client, resolver } = await t.start();
      const seen: string[] = [];
      for (const event of ['hold', 'switch', 'release'] as const) resolver.on(event, () => seen.push(event));
      const id = await client.command('CLIENT', 'ID');
      const writer = t.write(client);
      await writer.more(200);
      const other = await t.cluster.master('other');
      await t.cluster.failover('other');
      await t.cluster.masterAfter(other);
      await writer.more(200);
      t.assertFlawless(await t.finish(writer, await t.cluster.master()));
      assert.deepEqual(seen, []);
      assert.equal(await client.command('CLIENT', 'ID'), id, 'it is the same connection');
    },
  },
  {
    title: 'transactions and pipelines go through a failover whole and once',
    run: async (t) => {
      const { client } = await t.start();
      const steps = (key: string): string[][] => [
        ['INCR', `${key}:a`],
        ['INCR', `${key}:b`],
      ];
      const options = { perSecond: 200, maxPending: 20 };
      const multi = t.write(client, { ...options, set: () => client.multi(steps('multi')) });
      const pipeline = t.write(client, { ...options, set: () => client.pipeline(steps('pipeline')) });
      await multi.more(50);
      const old = await t.cluster.master();
      await t.cluster.failover();
      const master = await t.cluster.masterAfter(old);
      await multi.more(50);
      await Promise.all([multi.stop(), pipeline.stop()]);
      const values = await master.command('MGET', 'multi:a', 'multi:b', 'pipeline:a', 'pipeline:b');
      const [m, p] = [String(multi.acked), String(pipeline.acked)];
      assert.deepEqual(values, [m, m, p, p]);
      assert.deepEqual([multi.failed, pipeline.failed, multi.pending, pipeline.pending], [0, 0, 0, 0]);
    },
  },
];
