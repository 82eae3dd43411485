import { once } from 'node:events';
import type { Choice } from './arguments.ts';
import { startExample } from './example.ts';

export { soak } from './soak/soak.ts';

/** Serves the page until the signal. */
export async function serve(choice: Choice, signal: AbortSignal): Promise<void> {
  await using example = await startExample(choice);
  if (signal.aborted) return;
  const { url } = example;
  process.stdout.write(choice.json ? `${JSON.stringify({ url, pid: process.pid })}\n` : `Open ${url}\n`);
  await once(signal, 'abort');
  if (!choice.json) process.stdout.write('\nstopping\n');
}
