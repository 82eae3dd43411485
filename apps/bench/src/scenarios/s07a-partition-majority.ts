import { partition } from '../faults/partition.ts';
import type { Scenario } from './scenario.ts';

export const partitionMajority: Scenario = {
  id: 'S7a',
  title: 'a partition, the clients with the majority',
  about: 'all packets from and to the master are dropped; until all write again, 8 s at most',
  cluster: { proxied: true, addressing: 'hosts' },
  failovers: 1,
  play: async (stage) => {
    await stage.inject(() => partition(stage.cluster, [stage.master], 'outside'));
    await stage.announced();
    await stage.everybodyWrites({ atMostMs: 8000 });
  },
};
