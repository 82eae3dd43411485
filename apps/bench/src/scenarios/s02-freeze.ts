import type { Scenario } from './scenario.ts';

export const freeze: Scenario = {
  id: 'S2',
  title: 'the master freezes, and thaws',
  about: '`SIGSTOP`, then `SIGCONT` 6 s later, and 3 s more',
  failovers: 1,
  play: async (stage) => {
    await stage.inject(() => stage.cluster.freeze(stage.master));
    await stage.announced();
    await stage.everybodyWrites({ atMostMs: 6000 });
    await stage.cluster.thaw(stage.master);
    await stage.writeFor(3000);
  },
};
