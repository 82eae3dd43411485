import type { BenchClient } from '../clients/client.ts';
import type { HammerTask, Work } from './jobs.ts';

const value = 'v'.repeat(32);
const keys = 1000;

/** Keeps `inFlight` commands under way for a while. The next one is given as soon as one is answered. */
export async function hammer(client: BenchClient, task: HammerTask): Promise<Work> {
  const { command, inFlight, durationMs } = task;
  const run = command === 'set' ? (key: string) => client.set(key, value) : (key: string) => client.get(key);
  let commands = 0;
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const lane = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      await run(`load:${commands % keys}`);
      commands++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const { user, system } = process.cpuUsage(cpuBefore);
  return { commands, wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}
