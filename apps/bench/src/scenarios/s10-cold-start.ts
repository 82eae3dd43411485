import type { Scenario } from './scenario.ts';

export const coldStart: Scenario = {
  id: 'S10',
  title: 'a cold start with a dead and a hung sentinel',
  about: 'the first sentinel named is dead, the second hangs; from `connect` to the first reply, 5 s at most',
  failovers: 0,
  play: async (stage) => {
    const { cluster } = stage;
    const [, second] = cluster.sentinels;
    await cluster.stopSentinel(0);
    if (second) await cluster.freeze(second);
    await stage.inject(() => stage.restartClients());
    await stage.everybodyWrites({ atMostMs: 5000 });
  },
};
