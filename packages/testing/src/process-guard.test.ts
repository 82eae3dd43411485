import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { expectNoLeaks, snapshotHandles } from './leaks.ts';
import { ProcessGuard } from './process-guard.ts';

test('kills what it was told of and removes the folder, and leaves others alone', async () => {
  const before = snapshotHandles();
  const folder = mkdtempSync(join(tmpdir(), 'process-guard-'));
  const [guarded, released] = [sleep(), sleep()];
  const guard = new ProcessGuard(folder);
  guard.add(guarded.pid ?? 0);
  guard.add(released.pid ?? 0);
  guard.remove(released.pid ?? 0);
  const ended = once(guarded, 'exit');
  await guard.close();
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(existsSync(folder)).toBe(false);
  expect(released.exitCode).toBeNull();
  released.kill();
  await once(released, 'exit');
  await guard.close();
  await expectNoLeaks(before);
});

test('ends the servers of a program that is killed', async () => {
  const module = new URL('./cluster.ts', import.meta.url);
  const program = `
    import { startCluster } from ${JSON.stringify(module.href)};
    const cluster = await startCluster({ replicas: 0, sentinels: 1 });
    const pids = [...cluster.nodes, ...cluster.sentinelHandles].map((one) => one.pid);
    console.log(JSON.stringify({ pids, folder: cluster.folder }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    cwd: new URL('.', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { pids, folder } = JSON.parse(line) as { pids: number[]; folder: string };
  expect(pids.map(isAlive)).toEqual([true, true]);
  child.kill('SIGKILL');
  await eventually(() => expect(pids.map(isAlive)).toEqual([false, false]));
  await eventually(() => expect(existsSync(folder)).toBe(false));
});

function sleep(): ReturnType<typeof spawn> {
  return spawn('sleep', ['1000'], { stdio: 'ignore' });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Where nobody waits for orphans they remain in the table of processes.
    return process.platform !== 'linux' || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
