import assert from 'node:assert/strict';
import { eventually } from '../eventually.ts';
import type { Writer } from '../writer.ts';
import type { Scenario } from './trial.ts';

/** Two sentinels that vote each for themselves try again after twice this time. */
const twoVoters = { failoverTimeoutMs: 2000 };

/** The master is lost without a warning. */
export const crashes: readonly Scenario[] = [
  {
    title: 'the master is killed',
    run: async (t) => {
      await using observer = await t.cluster.observe();
      const { client } = await t.start();
      const writer = t.write(client);
      await writer.more(300);
      const old = await t.cluster.master();
      await t.cluster.kill(old);
      const master = await t.cluster.masterAfter(old);
      await writer.more(300);
      t.report({ resumedAfterMs: since(observer.promotedAt(master.address), writer) });
      t.assertRecovered(await t.finish(writer, master));
      assert.equal(client.isEnded(), false);
    },
  },
  {
    title: 'the master hangs, and nobody goes back to it when it wakes up',
    run: async (t) => {
      await using observer = await t.cluster.observe();
      const { client, resolver } = await t.start();
      const writer = t.write(client);
      await writer.more(300);
      const old = await t.cluster.master();
      await t.cluster.freeze(old);
      const master = await t.cluster.masterAfter(old);
      await writer.more(300);
      t.report({ resumedAfterMs: since(observer.promotedAt(master.address), writer) });
      let switches = 0;
      resolver.on('switch', () => switches++);
      await t.cluster.thaw(old);
      assert.equal(await old.role(), 'master', 'it does not know better yet');
      const another = await t.connect(resolver);
      const late = t.write(another, { prefix: 'late:', perSecond: 200 });
      await late.more(200);
      t.assertFlawless(await t.finish(late, master, 'a client that came after it woke up'));
      t.assertRecovered(await t.finish(writer, master));
      assert.equal(switches, 0);
      assert.equal(client.isEnded(), false);
    },
  },
  {
    title: 'the master and the first sentinel are gone at once',
    cluster: twoVoters,
    run: async (t) => {
      const { client } = await t.start();
      const writer = t.write(client);
      await writer.more(200);
      const old = await t.cluster.master();
      await Promise.all([t.cluster.kill(old), t.cluster.stopSentinel(0)]);
      const master = await t.cluster.masterAfter(old);
      await writer.more(200);
      t.assertRecovered(await t.finish(writer, master));
    },
  },
  {
    title: 'the first sentinel hangs and the master is killed',
    cluster: twoVoters,
    run: async (t) => {
      const { client } = await t.start();
      const writer = t.write(client);
      await writer.more(200);
      const old = await t.cluster.master();
      await t.cluster.freeze(t.sentinel(0));
      await t.cluster.kill(old);
      const master = await t.cluster.masterAfter(old);
      await writer.more(200);
      t.assertRecovered(await t.finish(writer, master));
    },
  },
  {
    title: 'the connections to the master are dead, and it is well',
    cluster: { proxied: true },
    run: async (t) => {
      const { client } = await t.start();
      const writer = t.write(client);
      await writer.more(200);
      const master = await t.cluster.master();
      t.cluster.proxy(master).strand((source) => source === '127.0.0.1');
      await writer.more(200);
      t.assertRecovered(await t.finish(writer, master));
      assert.equal(client.isEnded(), false);
    },
  },
  {
    title: 'the master is restarted before anybody could replace it',
    cluster: { downAfterMs: 5000 },
    run: async (t) => {
      const { client } = await t.start();
      const writer = t.write(client);
      await writer.more(200);
      const master = await t.cluster.master();
      await t.cluster.restart(master);
      await writer.more(200);
      await writer.stop();
      // It keeps nothing on disk, so that only what came afterwards can be there.
      assert.equal(writer.pending, 0);
      await eventually(async () => assert.equal(await client.command('GET', 'late'), null));
      await client.command('SET', 'late', 'yes');
      assert.equal(await master.command('GET', 'late'), 'yes');
    },
  },
];

function since(promotedAt: number | undefined, writer: Writer): number | undefined {
  return promotedAt && Math.round(writer.resumedAt - promotedAt);
}
