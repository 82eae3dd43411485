import type { BenchClient } from '../clients/client.ts';
import type { HammerTask, Work } from './jobs.ts';

const value = 'v'.repeat(32);
const keys = 1000;
const pipelineLength = 100;
const pipeline = Array.from({ length: pipelineLength }, (_, n) => [keyOf(n), value] as const);

/** What is given to a client and awaited as one, and how many commands that is. */
interface Step {
  readonly commands: number;
  run(n: number): Promise<unknown>;
}

/** Keeps `inFlight` steps under way for a while. The next one is given as soon as one is answered. */
export async function hammer(client: BenchClient, task: HammerTask): Promise<Work> {
  const { command, inFlight, leadInMs, durationMs } = task;
  const step = stepOf(client, command);
  await keepBusy(step, inFlight, leadInMs);
  const cpuBefore = process.cpuUsage();
  const { commands, wallMs } = await keepBusy(step, inFlight, durationMs);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { commands, wallMs, cpuMs: (user + system) / 1000 };
}

function stepOf(client: BenchClient, command: HammerTask['command']): Step {
  switch (command) {
    case 'set':
      return { commands: 1, run: (n) => client.set(keyOf(n), value) };
    case 'get':
      return { commands: 1, run: (n) => client.get(keyOf(n)) };
    case 'pipeline':
      return { commands: pipelineLength, run: () => client.setMany(pipeline) };
  }
}

async function keepBusy(step: Step, inFlight: number, durationMs: number): Promise<Omit<Work, 'cpuMs'>> {
  let steps = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      await step.run(steps);
      steps++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { commands: steps * step.commands, wallMs: performance.now() - startedAt };
}

function keyOf(n: number): string {
  return `load:${n % keys}`;
}
