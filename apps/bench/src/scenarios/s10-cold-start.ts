import { clockMs } from '../clock.ts';
import type { Scenario } from './scenario.ts';

export const coldStart: Scenario = {
  id: 'S10',
  title: 'a cold start with a dead and a hung sentinel',
  about:
    'the first sentinel named is dead, the second hangs; one client after the other, each from its `connect` to its first ' +
    'reply; 5 s at most',
  failovers: 0,
  play: async (stage) => {
    const { cluster } = stage;
    const [, second] = cluster.sentinels;
    await cluster.stopSentinel(0);
    if (second) await cluster.freeze(second);
    await stage.inject(() => stage.restartClients());
    // The last one has as long as the first.
    await stage.everybodyWrites({ atMostMs: clockMs() - stage.faultAt + 5000 });
  },
};
