import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import type { Cluster } from '@switchmaster/testing';
import type { Haproxy } from '../haproxy.ts';

const run = promisify(execFile);

/** What else there is to do is usually done on the first one. */
export const firstCore = 0;
export const lastCore: number = availableParallelism() - 1;

const unpinned = 'Servers and clients ran on whichever core the system chose: this one has no `taskset`.';

/**
 * Keeps processes on a core. Where the system puts them by itself decides more than which client they run: to wake
 * another core takes a virtual machine several times as long as a command.
 *
 * Resolves with whether the system can do it: Linux can, with `taskset`.
 */
export async function pin(pids: readonly (number | undefined)[], core: number): Promise<boolean> {
  return await taskset(pids, core, ['--all-tasks']);
}

/** Only the thread that runs JavaScript: what collects garbage and compiles beside it stays where it is. */
export async function pinMainThread(pid: number | undefined, core: number): Promise<boolean> {
  return await taskset([pid], core, []);
}

async function taskset(
  pids: readonly (number | undefined)[],
  core: number,
  options: readonly string[],
): Promise<boolean> {
  const known = pids.filter((pid) => pid !== undefined);
  try {
    for (const pid of known) await run('taskset', [...options, '--cpu-list', '--pid', `${core}`, `${pid}`]);
    return true;
  } catch {
    return false;
  }
}

/**
 * Puts the nodes and what leads to them on one core, what else there is of servers on the first. Resolves with what is to
 * be said of it.
 */
export async function placeServers(
  { nodes, sentinelHandles }: Cluster,
  proxy: Haproxy | undefined,
  core: number,
): Promise<readonly string[]> {
  const pidsOf = (servers: readonly { readonly pid: number | undefined }[]): (number | undefined)[] =>
    servers.map(({ pid }) => pid);
  const isPlaced =
    (await pin([...pidsOf(nodes), proxy?.pid], core)) && (await pin(pidsOf(sentinelHandles), firstCore));
  return isPlaced ? [] : [unpinned];
}
