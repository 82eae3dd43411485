import { type Cluster, expectNoLeaks, snapshotHandles, startCluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askOften, cli, flagsOf, Load, priorities, stepsOf, switchover } from './switchover-support.ts';

const before = snapshotHandles();
afterAll(() => expectNoLeaks(before));

describe('a switchover', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ downAfterMs: 3000 });
    await askOften(cluster);
  });
  afterAll(() => cluster.stop());

  test('is refused without --yes where there is no terminal, before anything is dialled', async () => {
    const { exitCode, stderr } = await cli(['switchover', '--name', 'm', '--sentinel', '127.0.0.1:1']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('expected --yes');
  });

  test.each([
    [['--to', 'nowhere:port'], "option '-t, --to <host:port>' argument 'nowhere:port' is invalid"],
    [['--max-pause-ms', '100'], 'Expected 1500 to 20000 milliseconds'],
    [['--max-lag-bytes', '-1'], 'Expected a number of bytes'],
  ])('says at once what is wrong with %s', async (flags, message) => {
    const { exitCode, stderr } = await cli(['switchover', '--yes', ...flagsOf(cluster), ...flags]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test('is not done to a replica that there is none of, nor to the master', async () => {
    const master = await cluster.master();
    const wrong = await switchover(cluster, '--to', '127.0.0.1:1');
    expect(wrong).toMatchObject({ exitCode: 1, report: { verdict: 'unsafe' } });
    expect(wrong.report.reasons).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:1 is no replica of mymaster; its replicas: 127.*, 127/),
    ]);
    const same = await switchover(cluster, '--to', master.address);
    expect(same.report.reasons).toEqual([`${master.address} is the master already`]);
  });

  test('is refused while the doctor finds a problem that a failover would feel, unless it is forced', async () => {
    const [, replica] = cluster.nodes;
    await replica?.command('CONFIG', 'SET', 'min-replicas-to-write', 9);
    const { exitCode, stdout } = await cli(['switchover', '--yes', ...flagsOf(cluster)]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/Not safe[^]*min-replicas-to-write asks for more[^]*Lower it[^]*--force goes on/);
    const forced = await cli(['switchover', '--dry-run', '--force', ...flagsOf(cluster)]);
    await replica?.command('CONFIG', 'SET', 'min-replicas-to-write', 0);
    expect(forced.exitCode).toBe(0);
    expect(forced.stderr).toContain('asks for more');
  });

  test('with --dry-run says what it would do, and does nothing', async () => {
    const master = await cluster.master();
    const { exitCode, stdout } = await cli(['switchover', '--dry-run', ...flagsOf(cluster)]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`becomes the master in place of ${master.address}`);
    expect(await master.role()).toBe('master');
    expect(await priorities(cluster)).toEqual([100, 100, 100]);
  });

  test('is undone by Ctrl-C before writes are paused', async () => {
    const master = await cluster.master();
    const abort = new AbortController();
    const { exitCode, stdout } = await cli(['switchover', '--yes', ...flagsOf(cluster)], {
      signal: abort.signal,
      onOutput: (text) => {
        if (text.includes('choose')) abort.abort();
      },
    });
    expect(exitCode).toBe(130);
    expect(stdout).toContain('Rolled back');
    expect(await master.role()).toBe('master');
    expect(await priorities(cluster)).toEqual([100, 100, 100]);
  });

  test('loses and fails no write of ioredis and node-redis, and promotes the replica that was asked for', async () => {
    const old = await cluster.master();
    const wanted = cluster.nodes.findLast((node) => node !== old);
    using ioredis = await Load.start(cluster, 'ioredis');
    using nodeRedis = await Load.start(cluster, 'node-redis');
    using worker = await old.client({ timeoutMs: 0 });
    const popped = worker.command('BLPOP', 'queue', 0).catch(String);

    const { exitCode, report } = await switchover(cluster, '--to', String(wanted?.address));
    expect(report).toMatchObject({ verdict: 'switched', from: old.address, to: wanted?.address });
    expect(exitCode).toBe(0);
    const master = await cluster.masterAfter(old);
    expect(master).toBe(wanted);
    expect(await old.role()).toBe('replica');

    await Promise.all([ioredis, nodeRedis].map(({ writer }) => writer.more(200)));
    for (const load of [ioredis, nodeRedis]) {
      expect(await load.finish(master)).toMatchObject({ lost: 0, failed: 0, hung: 0 });
    }
    expect(await priorities(cluster)).toEqual([100, 100, 100]);
    // Who waits for a job is cut off, and sees no `-UNBLOCKED`.
    expect(await popped).toBe(`Error: ${old.address} closed the connection`);
    // Nobody waits at the old master.
    await expect(old.command('SET', 'key', 'value')).rejects.toThrow('READONLY');
  });
});

describe('a switchover to a replica that does not catch up', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ replicas: 1 });
    await askOften(cluster);
  });
  afterAll(() => cluster.stop());

  test('is refused while it is too far behind', async () => {
    const [master, replica] = cluster.nodes;
    // The replica does not apply what it is sent.
    await replica?.command('CLIENT', 'PAUSE', 60_000, 'WRITE');
    await master?.command('SET', 'large', 'x'.repeat(10_000));
    const { exitCode, report } = await switchover(cluster, '--max-lag-bytes', '5000');
    expect(exitCode).toBe(1);
    expect(report.reasons).toEqual([
      expect.stringMatching(/is \d+ bytes behind, more than --max-lag-bytes 5000$/),
    ]);
  });

  test('is undone when it has not every byte in time, and writes go on', async () => {
    const [master, replica] = cluster.nodes;
    using load = await Load.start(cluster, 'ioredis');
    const { exitCode, report } = await switchover(cluster, '--max-pause-ms', '1500');
    expect(report).toMatchObject({ verdict: 'rolled-back' });
    expect(exitCode).toBe(1);
    expect(stepsOf(report, 'failed')).toEqual(['catch-up']);
    await load.writer.more(100);
    await replica?.command('CLIENT', 'UNPAUSE');
    expect(await master?.role()).toBe('master');
  });
});
