import assert from 'node:assert/strict';
import type { Scenario } from './trial.ts';

/** Roles change and no sentinel has anything to say about it. */
export const demotions: readonly Scenario[] = [
  {
    title: 'the master is demoted behind the back of the sentinels',
    run: async (t) => {
      const { client } = await t.start();
      const writer = t.write(client);
      await writer.more(200);
      const old = await t.cluster.master();
      const [successor] = await t.cluster.replicas();
      assert.ok(successor);
      await successor.command('REPLICAOF', 'NO', 'ONE');
      await old.command('REPLICAOF', successor.host, successor.port);
      // What the old master had acknowledged since the first command is nobody's any more.
      const after = t.write(client, { prefix: 'after:' });
      await after.more(500);
      const figures = await t.finish(after, successor, 'what was written after the demotion');
      const { lost, failed, hung } = figures;
      assert.deepEqual({ lost, hung }, { lost: 0, hung: 0 });
      if (t.capabilities.refused !== 'rejected') assert.equal(failed, 0, figures.errors.join('; '));
      assert.equal(client.isEnded(), false);
    },
  },
];
