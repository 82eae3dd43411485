import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  type Cluster,
  type ClusterNode,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
  until,
} from '@switchmaster/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { askOften, cli, flagsOf, Load, priorities, stepsOf, switchover } from './switchover-support.ts';

const before = snapshotHandles();
afterAll(() => expectNoLeaks(before));

async function start(options: Parameters<typeof startCluster>[0] = {}): Promise<Cluster> {
  // With the default a busy machine has too little time for the pause, which is called off then.
  const cluster = await startCluster({ downAfterMs: 3000, ...options });
  await askOften(cluster);
  return cluster;
}

/** The one replica of a cluster that has no more. */
function onlyReplica({ nodes }: Cluster): ClusterNode {
  const [, replica] = nodes;
  if (!replica) throw new Error('the cluster has no replica');
  return replica;
}

describe.concurrent('a switchover in trouble', () => {
  test('is called off when the replica dies in the middle, and loses nothing', async () => {
    await using cluster = await start({ replicas: 1 });
    using load = await Load.start(cluster, 'ioredis');
    const master = await cluster.master();
    let killed: Promise<void> | undefined;
    const { exitCode, stdout } = await cli(
      ['switchover', '--yes', '--max-pause-ms', '3000', '--timeout-ms', '500', ...flagsOf(cluster)],
      {
        onOutput: (text) => {
          if (text.includes('fail over')) killed ??= cluster.kill(onlyReplica(cluster));
        },
      },
    );
    await killed;
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✗ promote[^\n]+did not come in time[^]*✓ call off[^]*✓ resume[^]*Rolled back/);
    await load.writer.more(200);
    expect(await load.finish(master)).toMatchObject({ lost: 0, failed: 0, hung: 0 });
    for (const { host, port } of cluster.sentinels) {
      const fields = await cluster.sentinelCommand(`${host}:${port}`, 'SENTINEL', 'MASTER', cluster.name);
      expect(fields).toContain('master');
      expect(fields).not.toContain('failover-state');
    }
  });

  test('is finished by another sentinel when its leader dies after the promotion; with one left it is refused', async () => {
    await using cluster = await start();
    using load = await Load.start(cluster, 'ioredis');
    await cluster.sentinelCommand(0, 'SENTINEL', 'SIMULATE-FAILURE', 'crash-after-promotion');
    const { exitCode, report } = await switchover(cluster, '--timeout-ms', '500');
    expect(report.steps?.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(report).toMatchObject({ verdict: 'switched' });
    expect(exitCode).toBe(0);
    await load.writer.more(100);

    // The next one dies before it promotes anybody.
    await cluster.sentinelCommand(1, 'SENTINEL', 'SIMULATE-FAILURE', 'crash-after-election');
    const dead = await switchover(cluster, '--timeout-ms', '500', '--max-pause-ms', '3000');
    // It may be dead before it has answered.
    expect(stepsOf(dead.report, 'failed')).toEqual([
      expect.stringMatching(/^(fail-over|await-promotion)$/),
      'call-off',
    ]);
    expect(stepsOf(dead.report, 'done').slice(-2)).toEqual(['resume', 'restore']);
    expect(dead).toMatchObject({ exitCode: 1, report: { verdict: 'unfinished' } });
    await load.writer.more(100);
    expect(await priorities(cluster)).toEqual([100, 100, 100]);

    const { report: refused } = await switchover(cluster, '--timeout-ms', '500');
    expect(refused.reasons).toEqual(['only 1 of 3 sentinels answer, which is no majority']);
    const master = cluster.node(report.to ?? '');
    expect(await master.role()).toBe('master');
    expect(await load.finish(master)).toMatchObject({ lost: 0, failed: 0, hung: 0 });
  });

  test('is refused, or undone, where an ACL forbids to pause writes, and needs no more rights than the manual says', async () => {
    const rights = 'on >secret ~* &* +@all -client|pause';
    const enough =
      '+role +info +multi +exec +replicaof +client +config|get +config|set +config|rewrite +acl|whoami +acl|dryrun';
    await using cluster = await start({
      nodeUsers: [
        `user open ${rights}`,
        `user closed ${rights} -acl`,
        `user operator on >secret resetchannels ${enough}`,
      ],
    });
    const as = (user: string): Promise<Awaited<ReturnType<typeof cli>>> =>
      cli(['switchover', '--yes', '--node-username', user, ...flagsOf(cluster)], {
        env: { SWITCHMASTER_NODE_PASSWORD: 'secret' },
      });
    const master = await cluster.master();
    const told = await as('open');
    expect(told.exitCode).toBe(1);
    expect(told.stdout).toContain(`the ACL forbids CLIENT PAUSE at ${master.address} to the user open`);

    const met = await as('closed');
    expect(met.exitCode).toBe(1);
    expect(met.stdout).toMatch(/✗ pause writes[^\n]+NOPERM[^]*Rolled back/);
    expect(met.stdout).not.toContain('secret');
    expect(await priorities(cluster)).toEqual([100, 100, 100]);
    expect(await master.role()).toBe('master');

    const allowed = await as('operator');
    expect(allowed.stdout).toContain('Switched');
    expect(allowed.exitCode).toBe(0);
  });

  test('that is killed while writes wait leaves a pause that ends by itself', async () => {
    await using cluster = await start({ replicas: 1, downAfterMs: 5000 });
    using load = await Load.start(cluster, 'ioredis');
    const master = await cluster.master();
    // It does not catch up, so that there is time to kill in.
    await onlyReplica(cluster).command('CLIENT', 'PAUSE', 60_000, 'WRITE');
    await kill(cluster, 'pause writes', '--max-pause-ms', '1500');
    await load.writer.more(200);
    expect(await load.finish(master)).toMatchObject({ lost: 0, failed: 0, hung: 0 });
  });

  test('that is killed during the failover loses nothing: writes wait until the sentinels have demoted the old master', async () => {
    await using cluster = await start();
    using load = await Load.start(cluster, 'ioredis');
    const old = await cluster.master();
    await kill(cluster, 'fail over');
    const master = await cluster.masterAfter(old);
    await until(async () => (await old.role()) === 'replica', { timeoutMs: 30_000 });
    await load.writer.more(200);
    expect(await load.finish(master)).toMatchObject({ lost: 0, failed: 0, hung: 0 });
  });
});

/** Starts the program, which kills itself when it says that it has done `step`: nobody else would be quick enough. */
async function kill(cluster: Cluster, step: string, ...flags: readonly string[]): Promise<void> {
  const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
  const killer = `process.stdout.write = (text) => {
    if (text.includes(${JSON.stringify(`✓ ${step}`)})) process.kill(process.pid, 'SIGKILL');
    return true;
  };`;
  const loader = ['--conditions=@switchmaster/source', '--import=tsx'];
  const preload = `--import=data:text/javascript,${encodeURIComponent(killer)}`;
  const argv = [...loader, preload, bin, 'switchover', '--yes', ...flagsOf(cluster), ...flags];
  const child = spawn(process.execPath, argv, { stdio: 'ignore' });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
}
