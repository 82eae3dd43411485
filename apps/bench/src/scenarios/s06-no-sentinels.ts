import type { Scenario } from './scenario.ts';

export const noSentinels: Scenario = {
  id: 'S6',
  title: 'all sentinels dead, and the connections break',
  about: 'the master is fine, and drops its clients once; until all write again, 3 s at most',
  failovers: 0,
  play: async (stage) => {
    const { cluster, master } = stage;
    await Promise.all(cluster.sentinels.map((_, i) => cluster.stopSentinel(i)));
    await stage.writeFor(500);
    await stage.inject(() => master.command('CLIENT', 'KILL', 'TYPE', 'normal'));
    await stage.everybodyWrites({ atMostMs: 3000 });
  },
};
