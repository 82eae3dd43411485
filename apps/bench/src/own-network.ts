import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';

const marker = 'SWITCHMASTER_BENCH_OWN_NETWORK';

/**
 * Runs this program again in a network namespace of its own, where packets can be dropped without anybody else
 * noticing. Resolves with its exit code, or with undefined where there is none to be had: not on Linux, no root.
 */
export async function runInOwnNetwork(argv: readonly string[]): Promise<number | undefined> {
  if (hasOwnNetwork() || !mayHaveOwnNetwork()) return undefined;
  const [, program = ''] = process.argv;
  const args = ['--net', '--', process.execPath, ...process.execArgv, program, ...argv];
  const child = spawn('unshare', args, {
    // The channel tells it when we are gone.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [marker]: '1' },
  });
  // A Ctrl-C reaches the child by itself, being of the same process group.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

/** Whether this is such a program, or a child of it. */
export function hasOwnNetwork(): boolean {
  return process.env[marker] !== undefined;
}

/** Ends with the program that started it, switches the loopback on, and has the kernel look at the policies of {@link drop} there as well. */
export function setUpOwnNetwork(): void {
  process.once('disconnect', () => process.exit(1));
  process.channel?.unref();
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  for (const switched of ['disable_policy', 'disable_xfrm']) {
    writeFileSync(`/proc/sys/net/ipv4/conf/lo/${switched}`, '0');
  }
}

/** Two addresses. */
export type Way = readonly [one: string, other: string];

/** Has all packets between the addresses dropped, silently. {@link allow} ends that. */
export async function drop(ways: readonly Way[]): Promise<void> {
  await xfrmPolicy(ways, (direction) => `add ${direction} action block`);
}

export async function allow(ways: readonly Way[]): Promise<void> {
  await xfrmPolicy(ways, (direction) => `delete ${direction}`);
}

/** All at once: a partition that comes in pieces is another one. */
async function xfrmPolicy(ways: readonly Way[], command: (direction: string) => string): Promise<void> {
  const directions = ways.flatMap(([one, other]) => [
    `src ${one} dst ${other} dir in`,
    `src ${other} dst ${one} dir in`,
  ]);
  const input = directions.map((direction) => `xfrm policy ${command(direction)}\n`).join('');
  const child = spawn('ip', ['-batch', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(input);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`ip xfrm policy ended with ${code}`);
}

function mayHaveOwnNetwork(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  return spawnSync('unshare', ['--net', '--', 'ip', 'xfrm', 'policy'], { stdio: 'ignore' }).status === 0;
}
