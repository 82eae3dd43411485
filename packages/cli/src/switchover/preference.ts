import { formatAddress, ReplyError } from '@switchmaster/core';
import { isRowOf } from '../doctor/survey.ts';
import { toRows } from '../replies.ts';
import type { Line } from '../line.ts';
import type { Preference } from './plan.ts';
import type { Scene } from './scene.ts';
import { Hopeless, until } from './until.ts';

/** Sets the priorities, and waits until every sentinel has read them. */
export async function prefer(scene: Scene, signal: AbortSignal): Promise<string> {
  const { preferred, sentinels, plan, limits } = scene;
  if (preferred.length === 0) return `the sentinels choose ${scene.candidate.where} as it is`;
  for (const { line, preference } of preferred) await setPriority(line, preference.priority);
  const deadline = performance.now() + limits.preferMs;
  await Promise.all(
    sentinels.map((sentinel) =>
      until(async () => (await seesAll(sentinel, plan.name, plan.preferences)) || undefined, {
        deadline,
        intervalMs: 50,
        what: `the priorities at sentinel ${sentinel.where}`,
        signal,
      }),
    ),
  );
  return preferred
    .map(({ preference: { address, before, priority } }) => {
      return `replica-priority of ${formatAddress(address)}: ${before}, now ${priority}`;
    })
    .join('; ');
}

/** Sets them back. Sentinels have made promoted and moved replicas write theirs to the file, so that is done again. */
export async function restore({ preferred, facts }: Scene): Promise<string> {
  const failures: string[] = [];
  for (const { line, preference } of preferred) {
    try {
      await setPriority(line, preference.before);
      if (facts.promotedAt !== undefined) await rewriteConfig(line);
    } catch (error) {
      failures.push(
        `CONFIG SET replica-priority ${preference.before} at ${line.where}: ${(error as Error).message}`,
      );
    }
  }
  if (failures.length > 0) throw new Error(`not set back: ${failures.join('; ')}`);
  return preferred.length === 0 ? 'no priority was changed' : 'the priorities are what they were';
}

/** As sentinels do; a server that was started without a file, or a user who may not, cannot. */
export async function rewriteConfig(line: Line): Promise<void> {
  await line.request('CONFIG', 'REWRITE').catch((error: unknown) => {
    if (!(error instanceof ReplyError)) throw error;
  });
}

async function setPriority(line: Line, priority: number): Promise<void> {
  try {
    await line.request('CONFIG', 'SET', 'replica-priority', priority);
  } catch (error) {
    if (error instanceof ReplyError) throw new Hopeless(`${line.where} refuses CONFIG SET: ${error.message}`);
    throw error;
  }
}

async function seesAll(sentinel: Line, name: string, preferences: readonly Preference[]): Promise<boolean> {
  const rows = toRows(await sentinel.request('SENTINEL', 'REPLICAS', name));
  return preferences.every(({ address, priority }) => {
    return rows.find((row) => isRowOf(row, address))?.get('slave-priority') === String(priority);
  });
}
