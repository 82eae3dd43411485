import { partition } from '../faults/partition.ts';
import type { Scenario } from './scenario.ts';

export const partitionMinority: Scenario = {
  id: 'S7b',
  title: 'a partition, the clients with the old master',
  about:
    'master, one sentinel and clients are cut off until 2 s after the others have a new master; 3 s more',
  cluster: { proxied: true, addressing: 'hosts' },
  failovers: 1,
  play: async (stage) => {
    const { cluster, master } = stage;
    const minority = [master, ...cluster.sentinelHandles.slice(0, 1)];
    let heal = async (): Promise<void> => {};
    await stage.inject(async () => {
      heal = await partition(cluster, minority, 'inside');
    });
    await stage.announced();
    await stage.writeFor(2000);
    await heal();
    await stage.writeFor(3000);
  },
};
