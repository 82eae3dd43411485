import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import type { Cluster } from '@switchmaster/testing';

const run = promisify(execFile);

/** What else there is to do is usually done on the first one. */
export const firstCore = 0;
export const lastCore: number = availableParallelism() - 1;

/** Said of figures where {@link pin} could not be had. */
export const unpinned: string =
  'Servers and clients ran on whichever core the system chose: this one has no `taskset`.';

/**
 * Keeps processes on a core. Where the system puts them by itself decides more than which client they run: to wake
 * another core takes a virtual machine several times as long as a command.
 *
 * Resolves with whether the system can do it: Linux can, with `taskset`.
 */
export async function pin(pids: readonly (number | undefined)[], core: number): Promise<boolean> {
  const all = pids.filter((pid) => pid !== undefined);
  try {
    for (const pid of all) await run('taskset', ['--all-tasks', '--cpu-list', '--pid', `${core}`, `${pid}`]);
    return true;
  } catch {
    return false;
  }
}

/** The nodes on one core, what else there is of servers on the first. */
export async function placeServers({ nodes, sentinelHandles }: Cluster, core: number): Promise<boolean> {
  const pidsOf = (servers: readonly { readonly pid: number | undefined }[]): (number | undefined)[] =>
    servers.map(({ pid }) => pid);
  return (await pin(pidsOf(nodes), core)) && (await pin(pidsOf(sentinelHandles), firstCore));
}
