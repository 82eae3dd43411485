import type { Scenario } from './scenario.ts';

export const anotherName: Scenario = {
  id: 'S12',
  title: 'a failover of another master',
  about: '`SENTINEL FAILOVER` of another name on the same sentinels; until all of them have announced it',
  cluster: { names: ['mymaster', 'other'] },
  failovers: 0,
  play: async (stage) => {
    const { cluster } = stage;
    const other = await cluster.master('other');
    await stage.inject(() => cluster.failover('other'));
    await cluster.masterAfter(other);
    await stage.writeFor(1500);
  },
};
