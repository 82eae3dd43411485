import { createServers } from '@switchmaster/core';
import {
  type Cluster,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
  startFakeSentinel,
} from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askForFailover } from '../src/switchover/promotion.ts';
import { Scene } from '../src/switchover/scene.ts';
import {
  askOften,
  cli,
  flagsOf,
  knowsCoordination,
  Load,
  priorities,
  switchover,
} from './switchover-support.ts';

const before = snapshotHandles();
afterAll(() => expectNoLeaks(before));

describe('a sentinel is asked', () => {
  const master = { host: '127.0.0.1', port: 1 };
  const limits = { maxPauseMs: 1500, preferMs: 0, momentMs: 0, announcementMs: 0, verifyMs: 0 };

  test.each([
    [false, 'SENTINEL FAILOVER mymaster'],
    [true, 'SENTINEL FAILOVER mymaster COORDINATED'],
  ])('with coordinated %s for %s', async (coordinated, expected) => {
    await using sentinel = await startFakeSentinel({ master });
    const { host, port } = sentinel;
    const servers = createServers({ name: 'mymaster', sentinels: [{ host, port }] });
    const plan = {
      ...{ name: 'mymaster', master, candidate: master, preferences: [], downAfterMs: 1000 },
      ...{ sentinels: [{ host, port }], coordinated },
    };
    using scene = new Scene(servers, plan, limits);
    sentinel.reply('sentinel failover', () => '+OK\r\n');
    await askForFailover(scene.leader, scene);
    sentinel.reply('sentinel failover', () => '-NOGOODPRIMARY Primary does not support it\r\n');
    await expect(askForFailover(scene.leader, scene)).rejects.toThrow('NOGOODPRIMARY');
    const asked = sentinel.received.filter(({ text }) => text.startsWith('SENTINEL FAILOVER'));
    expect(asked.map(({ text }) => text)).toEqual([expected, expected]);
    // Where it was refused there is nothing to call off.
    expect(scene.facts.leaders).toEqual([scene.leader]);
  });
});

describe.skipIf(!knowsCoordination())('a coordinated switchover, which needs Valkey 9', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ downAfterMs: 3000 });
    await askOften(cluster);
  });
  afterAll(() => cluster.stop());

  test('is refused where the sentinels may not have the master hand over', async () => {
    const master = await cluster.master();
    const setUser = ['ACL', 'SETUSER', 'operator', 'on', '>secret', '~*', '&*', '+@all'] as const;
    await Promise.all(cluster.nodes.map((node) => node.command(...setUser)));
    await master.command('ACL', 'SETUSER', 'default', '-failover');
    const argv = ['switchover', '--coordinated', '--yes', '--node-username', 'operator', ...flagsOf(cluster)];
    const { exitCode, stdout } = await cli(argv, { env: { SWITCHMASTER_NODE_PASSWORD: 'secret' } });
    await master.command('ACL', 'SETUSER', 'default', '+failover');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`FAILOVER at ${master.address} to the sentinels' user default`);
    expect(await master.role()).toBe('master');
  });

  test('has the master hand over, and loses no write', async () => {
    const old = await cluster.master();
    using load = await Load.start(cluster, 'ioredis');
    using worker = await old.client({ timeoutMs: 0 });
    const popped = worker.command('BLPOP', 'queue', 0).catch(String);
    const { exitCode, report } = await switchover(cluster, '--coordinated');
    expect(report).toMatchObject({ verdict: 'switched', from: old.address });
    expect(exitCode).toBe(0);
    expect(await old.command('INFO', 'commandstats')).toContain('cmdstat_failover:calls=1');

    const master = await cluster.masterAfter(old);
    await load.writer.more(200);
    const { lost, hung, errors } = await load.finish(master);
    expect({ lost, hung }).toEqual({ lost: 0, hung: 0 });
    // Between the hand-over and the news the old master refuses writes, and ends what waits there.
    expect(errors.filter((message) => !message.startsWith('READONLY'))).toEqual([]);
    expect(await popped).toContain('UNBLOCKED');
    expect(await priorities(cluster)).toEqual([100, 100, 100]);
  });

  test('is called off when the replica dies in the middle, and the master does not hand over any more', async () => {
    const master = await cluster.master();
    const replica = cluster.nodes.find((node) => node !== master);
    using load = await Load.start(cluster, 'ioredis');
    let killed: Promise<void> | undefined;
    const flags = ['--to', String(replica?.address), '--max-pause-ms', '3000', '--timeout-ms', '500'];
    const argv = ['switchover', '--coordinated', '--yes', ...flags, ...flagsOf(cluster)];
    const { exitCode, stdout } = await cli(argv, {
      onOutput: (text) => {
        if (text.includes('fail over')) killed ??= cluster.kill(String(replica?.address));
      },
    });
    await killed;
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✗ promote[^]*✓ call off[^]*✓ resume/);
    expect(await master.command('INFO', 'replication')).toContain('master_failover_state:no-failover');
    await load.writer.more(200);
    expect(await load.finish(master)).toMatchObject({ lost: 0, failed: 0, hung: 0 });
  });
});
