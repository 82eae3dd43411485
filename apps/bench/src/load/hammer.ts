import type { BenchClient } from '../clients/client.ts';
import type { HammerTask, Work } from './jobs.ts';

const value = 'v'.repeat(32);
const keys = 1000;

/** Keeps `inFlight` commands under way for a while. The next one is given as soon as one is answered. */
export async function hammer(client: BenchClient, task: HammerTask): Promise<Work> {
  const { leadInMs, durationMs, ...load } = task;
  await keepBusy(client, load, leadInMs);
  const cpuBefore = process.cpuUsage();
  const { commands, wallMs } = await keepBusy(client, load, durationMs);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { commands, wallMs, cpuMs: (user + system) / 1000 };
}

async function keepBusy(
  client: BenchClient,
  { command, inFlight }: Pick<HammerTask, 'command' | 'inFlight'>,
  durationMs: number,
): Promise<Omit<Work, 'cpuMs'>> {
  const run = command === 'set' ? (key: string) => client.set(key, value) : (key: string) => client.get(key);
  let commands = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      await run(`load:${commands % keys}`);
      commands++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { commands, wallMs: performance.now() - startedAt };
}
