import {
  type Cluster,
  eventually,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
} from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { load } from '../src/drill/clients/load.ts';
import { Keys } from '../src/drill/keys.ts';
import { cli, flagsOf } from './switchover-support.ts';

const before = snapshotHandles();
afterAll(() => expectNoLeaks(before));

describe('a drill', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    const master = await cluster.master();
    await master.command('SET', 'theirs', 'value');
  });
  afterAll(() => cluster.stop());

  const drill = (...flags: readonly string[]): ReturnType<typeof cli> =>
    cli(['drill', '--yes', '--json', ...flagsOf(cluster), ...flags]);

  /** What was there before is still there, and nothing else. */
  async function expectClean(): Promise<void> {
    const master = await cluster.master();
    expect(await master.command('KEYS', '*')).toEqual(['theirs']);
  }

  test('is refused without --yes where there is no terminal, before anything is dialled', async () => {
    const { exitCode, stderr } = await cli(['drill', '--name', 'm', '--sentinel', '127.0.0.1:1']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('expected --yes');
  });

  test.each([
    [['--fault', 'fire'], 'Allowed choices are failover, kill-connection, pause'],
    [['--client', 'jedis'], 'Allowed choices are core, ioredis, node-redis'],
    [['--client-options', '[1]'], 'Expected an object in JSON'],
    [['--rate', '0'], 'Expected a whole number from 1 to 5000'],
    [['--prefix', 'a*'], 'Expected letters, digits'],
    [['--pause-ms', '60000'], 'Expected a whole number from 1 to 10000'],
  ])('says at once what is wrong with %s', async (flags, message) => {
    const { exitCode, stderr } = await drill(...flags);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  test.each(['core', 'ioredis', 'node-redis', 'switchmaster-ioredis', 'switchmaster-node-redis'])(
    'kills connections of its own %s only, and cleans up',
    async (client) => {
      const master = await cluster.master();
      using theirs = await master.client();
      const { exitCode, stdout, stderr } = await drill('--fault', 'kill-connection', '--client', client);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ fault: 'kill-connection', client, lost: 0, hung: 0 });
      expect(stderr).toMatch(/deleted all keys that begin with switchmaster:drill:[0-9a-f]{12}: \(\d+\)/);
      expect(await theirs.command('PING')).toBe('PONG');
      await expectClean();
    },
  );

  test('pauses for no longer than the sentinels bear', async () => {
    const { exitCode, stderr } = await drill('--fault', 'pause', '--pause-ms', '1000');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--pause-ms: expected less than down-after-milliseconds (1000)');
  });

  test('measures how long writes waited in a pause', async () => {
    const { exitCode, stdout } = await drill('--fault', 'pause', '--pause-ms', '700', '--prefix', 'ours:');
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout) as { readonly longestGapMs: number };
    expect(report).toMatchObject({ fault: 'pause', client: 'core', lost: 0, failed: 0, hung: 0 });
    expect(report.longestGapMs).toBeGreaterThanOrEqual(600);
    await expectClean();
  });

  test('cleans up after Ctrl-C', async () => {
    const abort = new AbortController();
    const running = cli(['drill', '--yes', ...flagsOf(cluster)], { signal: abort.signal });
    const master = await cluster.master();
    await eventually(async () => expect(await master.command('DBSIZE')).toBeGreaterThan(20));
    abort.abort();
    const { exitCode, stdout, stderr } = await running;
    expect(exitCode).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toContain('deleted all keys');
    await expectClean();
  });

  test('says what a failover costs: nothing with core, lost writes with ioredis, and exits accordingly', async () => {
    const ours = await drill('--rate', '500');
    expect(JSON.parse(ours.stdout)).toMatchObject({
      fault: 'failover',
      client: 'core',
      lost: 0,
      failed: 0,
      hung: 0,
    });
    expect(ours.exitCode).toBe(0);
    await cluster.settled();

    const theirs = await cli(['drill', '--yes', '--client', 'ioredis', ...flagsOf(cluster)]);
    expect(theirs.stdout).toMatch(/lost +[\d,]*[1-9][\d,]* {2}acknowledged, and not on the master/);
    expect(theirs.exitCode).toBe(1);
    await expectClean();
  });
});

test('a key outside the prefix is not written', () => {
  const keys = new Keys('ours:1:');
  keys.note('ours:1:7');
  expect(() => keys.note('ours:7')).toThrow('ours:7 does not begin with ours:1:');
  expect(keys.count).toBe(1);
});

test('a client whose package is not installed says which one, and how to get it', async () => {
  const missing = (): Promise<never> =>
    Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }));
  await expect(load('no-such-redis', missing, '/somewhere')).rejects.toThrow(
    '--client: no-such-redis is not installed; run "npm install no-such-redis" in /somewhere',
  );
  await expect(load('no-such-redis', () => Promise.resolve('own'), '/somewhere')).resolves.toBe('own');
});
