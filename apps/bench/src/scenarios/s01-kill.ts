import type { Scenario } from './scenario.ts';

export const kill: Scenario = {
  id: 'S1',
  title: 'the master is killed',
  about: '`kill -9`; until all write again, 7 s at most',
  failovers: 1,
  play: async (stage) => {
    await stage.inject(() => stage.cluster.kill(stage.master));
    await stage.announced();
    await stage.everybodyWrites({ atMostMs: 7000 });
  },
};
