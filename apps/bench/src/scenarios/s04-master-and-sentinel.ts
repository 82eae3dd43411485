import type { Scenario } from './scenario.ts';

export const masterAndSentinel: Scenario = {
  id: 'S4',
  title: 'the master and a sentinel at once',
  about: '`kill -9` of both; until all write again, 7 s at most',
  failovers: 1,
  play: async (stage) => {
    const { cluster, master } = stage;
    await stage.inject(() => Promise.all([cluster.kill(master), cluster.stopSentinel(0)]));
    await stage.announced();
    await stage.everybodyWrites({ atMostMs: 7000 });
  },
};
