import type { Scenario } from './scenario.ts';

export const planned: Scenario = {
  id: 'S3',
  title: 'a planned failover',
  about: '`SENTINEL FAILOVER`; until the old master is demoted, which takes about 11 s',
  failovers: 1,
  play: async (stage) => {
    await stage.inject(() => stage.cluster.failover());
    await stage.announced();
    await stage.demoted(15_000);
    await stage.everybodyWrites({ atMostMs: 16_000 });
  },
};
