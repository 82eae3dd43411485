import type { Scenario } from './scenario.ts';

export const hungSentinel: Scenario = {
  id: 'S11',
  title: 'a hung sentinel and a dead master',
  about: '`SIGSTOP` of the first sentinel, `kill -9` of the master; until all write again, 7 s at most',
  failovers: 1,
  play: async (stage) => {
    const { cluster, master } = stage;
    const [first] = cluster.sentinels;
    await stage.inject(() => Promise.all([first && cluster.freeze(first), cluster.kill(master)]));
    await stage.announced();
    await stage.everybodyWrites({ atMostMs: 7000 });
  },
};
