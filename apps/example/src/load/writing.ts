import type { Open } from '../lanes/lane.ts';
import type { LaneName } from '../page/messages.ts';
import { wallClockMs } from '../wall-clock.ts';
import type { WorkOrder } from './work.ts';

/** Sets a key of its own in each operation, and enters it into the ledger. */
export function writing(lane: LaneName, open: Open): WorkOrder {
  let writes = 0;
  return {
    kind: 'writes',
    ratePerSecond: 100,
    maxPending: 2000,
    begin: async ({ ledger }) => {
      const client = await open();
      const operate = async (): Promise<void> => {
        writes += 1;
        const value = String(writes);
        const key = `${lane}:${value}`;
        const enter = (acknowledged: boolean): void =>
          ledger.add({ key, value, acknowledged, at: wallClockMs() });
        await client.set(key, value).then(
          () => enter(true),
          (error: unknown) => {
            enter(false);
            throw error;
          },
        );
      };
      return { operate, close: () => client.close() };
    },
  };
}
