import { createColors } from 'picocolors';
import { type Cluster, expectNoLeaks, snapshotHandles, startCluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { draw } from '../src/watch/picture.ts';
import { cli, flagsOf } from './switchover-support.ts';

const before = snapshotHandles();
afterAll(() => expectNoLeaks(before));

describe('watch', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  test('shows the topology once', async () => {
    const master = await cluster.master();
    const { exitCode, stdout } = await cli(['watch', '--once', ...flagsOf(cluster)]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^mymaster {2}following {2}config epoch 0/);
    expect(stdout).toContain(`master    ${master.address.padEnd(22)} says master`);
    expect(stdout.match(/^replica .* healthy /gm)).toHaveLength(2);
    expect(stdout.match(/^sentinel .* connected {2}epoch 0$/gm)).toHaveLength(3);
    // No colour where there is no terminal.
    expect(stdout).not.toContain('\u001B');
  });

  test('ends by itself after --for', async () => {
    const { exitCode, stdout } = await cli(['watch', '--for', '0.2', ...flagsOf(cluster)]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^[-\d]+T[:.\d]+Z topology /);
  });

  test('ends at once where no sentinel knows the name', async () => {
    const [sentinel] = cluster.sentinels;
    const where = `${sentinel?.host}:${sentinel?.port}`;
    const { exitCode, stderr } = await cli(['watch', '--name', 'mistake', '--sentinel', where]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("'mistake'");
  });

  test('says what is wrong with --for', async () => {
    const { exitCode, stderr } = await cli(['watch', '--for', 'ever', ...flagsOf(cluster)]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Expected a number of seconds');
  });

  test('times each phase of a failover, on lines of JSON and of text, until Ctrl-C', async () => {
    const old = await cluster.master();
    const abort = new AbortController();
    let started: Promise<unknown> | undefined;
    const json = cli(['watch', '--json', ...flagsOf(cluster)], {
      signal: abort.signal,
      onOutput: (text) => {
        if (text.includes('"phase":"following"')) started ??= cluster.failover();
        if (/"type":"failover".*"demoted":/.test(text)) abort.abort();
      },
    });
    const text = cli(['watch', ...flagsOf(cluster)], { signal: abort.signal });

    const lines = (await json).stdout.trim().split('\n');
    const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    await started;
    const master = await cluster.masterAfter(old);
    const failovers = objects.filter(({ type }) => type === 'failover');
    expect(failovers.at(-1)).toMatchObject({ from: old.address, to: master.address, state: 'done' });
    const phases = failovers.at(-1)?.['phasesMs'];
    const known = ['elected', 'selected', 'hold', 'promoted', 'moved', 'announced', 'demoted'];
    expect(Object.keys(phases as object)).toEqual(known);
    const types = objects.map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['demoted', 'event', 'failover', 'hold', 'switch', 'topology']),
    );

    const ran = await text;
    expect(ran.exitCode).toBe(130);
    expect(ran.stdout).toMatch(/failover \S+ → \S+ \(done\): elected \+0, .*announced \+\d+ ms/);
    expect((await json).exitCode).toBe(130);
  });
});

describe('the picture', () => {
  const master = { host: '10.0.0.1', port: 6379 };
  const topology = {
    ...({ name: 'mymaster', phase: 'following', master, verified: true, candidate: undefined } as const),
    replicas: [
      {
        host: '10.0.0.2',
        port: 6379,
        healthy: false,
        masterLinkDownMs: 4000,
        offset: 1,
        lagBytes: 9,
        priority: 100,
      },
    ],
    sentinels: [
      { host: 's1', port: 26_379, state: 'connected', origin: 'configured', master, configEpoch: 7 } as const,
      {
        host: 's2',
        port: 26_379,
        state: 'lost',
        origin: 'learnt',
        master: undefined,
        configEpoch: undefined,
      } as const,
    ],
    ...{ configEpoch: 7, minority: false },
  };
  const event = { type: 'event', at: 0, sentinel: { host: 's1', port: 26_379 }, channel: '+reboot' } as const;
  const recent = Array.from({ length: 30 }, (_, i) => ({
    ...event,
    payload: `number ${i} ${'x'.repeat(200)}`,
  }));
  const state = { topology, failover: undefined, recent };

  test.each([
    [80, 24],
    [40, 12],
    [20, 5],
    [10, 1],
  ])('fits into %d columns and %d rows, with colours or without', (width, height) => {
    const plain = draw(state, 0, { width, height, colors: createColors(false) }).split('\n');
    expect(plain.length).toBeLessThanOrEqual(height);
    expect(Math.max(...plain.map(({ length }) => length))).toBeLessThanOrEqual(width);
    const coloured = draw(state, 0, { width, height, colors: createColors(true) });
    // oxlint-disable-next-line eslint/no-control-regex -- colours are what is taken away
    expect(coloured.replaceAll(/\u001B\[\d+m/g, '').split('\n')).toEqual(plain);
  });

  test('shows who is unwell, and the latest events', () => {
    const text = draw(state, 0, { width: 100, height: 20, colors: createColors(false) });
    expect(text).toContain(
      'replica   10.0.0.2:6379          unhealthy  lag 9 B  priority 100  link down for 4 s',
    );
    expect(text).toContain('sentinel  s2:26379               lost');
    expect(text).toContain('number 29');
    expect(text).not.toContain('number 3 ');
  });
});
