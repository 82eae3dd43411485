import type { Scenario } from './scenario.ts';

export const sentinelsReplaced: Scenario = {
  id: 'S8',
  title: 'all sentinels were replaced',
  about: 'three new ones for three old ones, then the master is killed; until all write again, 7 s at most',
  failovers: 1,
  play: async (stage) => {
    const { cluster, master } = stage;
    const old = cluster.sentinels;
    for (const _ of old) await cluster.addSentinel();
    await Promise.all(old.map((_, i) => cluster.stopSentinel(i)));
    await cluster.resetSentinels();
    await stage.writeFor(500);
    await stage.inject(() => cluster.kill(master));
    await stage.announced();
    await stage.everybodyWrites({ atMostMs: 7000 });
  },
};
