import assert from 'node:assert/strict';
import { eventually, until } from '../eventually.ts';
import { expectNoLeaks, snapshotHandles } from '../leaks.ts';
import type { Scenario, Started, Trial } from './trial.ts';

/** A client may be ended at any moment, and then nothing of it is left. */
export const closing: readonly Scenario[] = [
  leavesNothing('a client that is idle or busy is closed', async (t) => {
    const { client, resolver } = await t.start();
    await client.close();
    const busy = await t.connect(resolver);
    const replies = Array.from({ length: 20 }, (_, i) => busy.command('SET', `key${i}`, 'value'));
    await Promise.all([...replies, busy.close()]);
    return { client: busy, resolver };
  }),
  leavesNothing('a client is destroyed before it is connected', async (t) => {
    const resolver = t.resolver({ sentinels: [{ host: '127.0.0.1', port: 1 }] });
    const client = await t.connect(resolver);
    const never = client.command('SET', 'key', 'value');
    client.destroy();
    await assert.rejects(never);
    return { client, resolver };
  }),
  leavesNothing('a client is destroyed while there is no master', async (t) => {
    const { client, resolver } = await t.start();
    await t.cluster.kill(await t.cluster.master());
    await until(() => !resolver.topology.verified, { what: 'the loss to be noticed' });
    const never = client.command('SET', 'key', 'value');
    client.destroy();
    await assert.rejects(never);
    return { client, resolver };
  }),
  ...(['hold', 'switch'] as const).map((event) =>
    leavesNothing(`a client is destroyed at the ${event} of a failover`, async (t) => {
      const { client, resolver } = await t.start();
      const writer = t.write(client);
      await writer.more(100);
      resolver.on(event, () => client.destroy());
      const old = await t.cluster.master();
      await t.cluster.failover();
      const master = await t.cluster.masterAfter(old);
      const { lost, hung } = await t.finish(writer, master);
      assert.deepEqual({ lost, hung }, { lost: 0, hung: 0 });
      return { client, resolver };
    }),
  ),
];

function leavesNothing(title: string, run: (t: Trial) => Promise<Started>): Scenario {
  return {
    title,
    run: async (t) => {
      const before = snapshotHandles();
      const { client, resolver } = await run(t);
      await eventually(() => client.isEnded(), { what: 'the client to have ended' });
      await resolver.close();
      const nobody = async (): Promise<void> => assert.deepEqual(await t.connections(), []);
      await eventually(nobody, { timeoutMs: 15_000, what: 'every connection to be closed' });
      await expectNoLeaks(before);
    },
  };
}
