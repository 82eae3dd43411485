import type { Scenario } from './scenario.ts';

export const returning: Scenario = {
  id: 'S5',
  title: 'the old master returns',
  about: 'killed, replaced, and back again, still a master by its configuration; 4 s from there',
  failovers: 0,
  play: async (stage) => {
    const { cluster, master } = stage;
    await stage.inject(() => cluster.kill(master));
    await stage.announced();
    await stage.everybodyWrites({ atMostMs: 7000 });
    await stage.inject(() => cluster.restart(master));
    await stage.writeFor(4000);
  },
};
