import { rewriteConfig } from './preference.ts';
import { pauseEnd } from './pause.ts';
import { askRole } from './role.ts';
import type { Scene } from './scene.ts';
import { until } from './until.ts';

/**
 * The old master follows the new one, and whoever is connected to it is cut off: writes that wait there are never
 * answered, and clients ask the sentinels anew. All in one transaction, as sentinels do it, so that a client that
 * waits in `BLPOP` sees a lost connection and no `-UNBLOCKED`.
 */
export async function demote(scene: Scene): Promise<string> {
  const { master, candidate, facts } = scene;
  const { host, port } = candidate.address;
  try {
    await master.transaction(
      ['REPLICAOF', host, port],
      ['CLIENT', 'KILL', 'TYPE', 'normal'],
      ['CLIENT', 'KILL', 'TYPE', 'pubsub'],
    );
    await rewriteConfig(master);
  } catch (error) {
    await outlast(scene, error as Error);
  }
  facts.demotedAt = performance.now();
  return `${master.where} follows ${candidate.where}`;
}

/** The sentinels demote it, too; the pause lasts longer than that takes them. */
async function outlast(scene: Scene, { message }: Error): Promise<void> {
  const isDemoted = async (): Promise<true | undefined> => {
    return (await askRole(scene.master)).kind === 'replica' ? true : undefined;
  };
  const what = `the demotion of ${scene.master.where} (${message})`;
  await until(isDemoted, { deadline: pauseEnd(scene), intervalMs: 50, what });
}
