import type { Scenario } from './scenario.ts';

const failovers = 10;
/** So that there is one to promote while the masters before are not demoted yet, which takes ten seconds each. */
const replicas = 5;

export const tenFailovers: Scenario = {
  id: 'S9',
  title: 'ten failovers in a row',
  about:
    '`SENTINEL FAILOVER` as soon as the replicas are in step again; the worst outage and move of the ten',
  cluster: { replicas },
  failovers,
  play: async (stage) => {
    const { cluster } = stage;
    let { master } = stage;
    const failOver = async (): Promise<void> => {
      await cluster.failover();
      master = await cluster.masterAfter(master);
      await stage.inStep(master);
    };
    await stage.inject(failOver);
    for (let i = 1; i < failovers; i++) await failOver();
    await stage.announced(failovers);
    await stage.writeFor(500);
  },
};
