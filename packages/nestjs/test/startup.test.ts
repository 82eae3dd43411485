import {
  eventually,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
  startFakeSentinel,
  type Cluster,
} from '@switchmaster/testing';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getRedisToken, SwitchmasterModule, type SwitchmasterModuleOptions } from '../src/index.ts';
import { ioredis } from '../src/ioredis/index.ts';
import { inert, start } from './applications.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.stop());

/** Nothing listens there. */
const nowhere = [{ host: '127.0.0.1', port: 1 }];

type Given = Partial<SwitchmasterModuleOptions>;

function root(more: Given): ReturnType<typeof SwitchmasterModule.forRoot> {
  return SwitchmasterModule.forRoot({
    name: cluster.name,
    sentinels: cluster.sentinels,
    client: ioredis(),
    startupTimeoutMs: 300,
    ...more,
  });
}

describe('with Redis there', () => {
  test.each(['wait', 'require'] as const)(
    '%s: the client is ready when the application is',
    async (startup) => {
      await using started = await start([root({ startup, startupTimeoutMs: 20_000 })]);
      expect(started.app.get<Redis>(getRedisToken()).status).toBe('ready');
    },
  );

  test('background: it will be', async () => {
    await using sentinel = await startFakeSentinel({ name: cluster.name, master: await cluster.master() });
    sentinel.hang();
    await using started = await start([root({ sentinels: [sentinel], startup: 'background' })]);
    const redis = started.app.get<Redis>(getRedisToken());
    expect(redis.status).toBe('connecting');
    sentinel.resume();
    expect(await redis.ping()).toBe('PONG');
  });

  test('nobody waits for a lazy client', async () => {
    await using started = await start([root({ client: ioredis({ lazyConnect: true }) })]);
    const redis = started.app.get<Redis>(getRedisToken());
    expect(redis.status).toBe('wait');
    expect(await redis.ping()).toBe('PONG');
  });
});

describe('without Redis', () => {
  const cases: [what: string, given: () => Given, why: string][] = [
    ['no sentinel', () => ({ sentinels: nowhere }), 'SENTINELS_UNREACHABLE'],
    ['a name that they do not know', () => ({ name: 'unknown', startupTimeoutMs: 20_000 }), 'NAME_UNKNOWN'],
    [
      'a client that is never ready',
      () => ({ client: inert({ connect: () => new Promise(() => {}) }) }),
      'TIMED_OUT',
    ],
    [
      'a client that fails',
      () => ({
        client: inert({
          connect: async () => {
            throw new Error('no TLS');
          },
        }),
        startupTimeoutMs: 20_000,
      }),
      'MASTER_UNREACHABLE',
    ],
  ];

  test.each(cases)('background, %s: starts at once', async (_, given) => {
    // Whoever waited would do so for longer than the test may take.
    const startupTimeoutMs = 600_000;
    await using started = await start([root({ ...given(), startup: 'background', startupTimeoutMs })]);
    expect(started.lines).not.toContainEqual(expect.stringMatching(/^warn starts without Redis: /));
  });

  test.each(cases)('wait, %s: says why and starts', async (_, given) => {
    await using started = await start([root(given())]);
    expect(started.lines).toContainEqual(expect.stringMatching(/^warn starts without Redis: /));
  });

  test.each(cases)('require, %s: does not start, and leaves nothing behind', async (_, given, code) => {
    const before = snapshotHandles();
    const other = SwitchmasterModule.forRoot({
      name: cluster.name,
      sentinels: cluster.sentinels,
      client: ioredis(),
      connectionName: 'other',
    });
    const error = await start([other, root({ ...given(), startup: 'require' })]).catch(
      (reason: unknown) => reason,
    );
    expect(error).toHaveProperty('code', code);
    expect(error).toHaveProperty('message', expect.stringContaining("connection 'default' is required"));
    await expectNoLeaks(before);
  });

  test('what was not there at the start is found later', async () => {
    await using late = await startCluster({ sentinels: 1, replicas: 0 });
    await late.stopSentinel(0);
    await using started = await start([root({ name: late.name, sentinels: late.sentinels })]);
    const redis = started.app.get<Redis>(getRedisToken());
    const answer = redis.ping();
    await late.startSentinel(0);
    expect(await answer).toBe('PONG');
    await eventually(() => expect(redis.status).toBe('ready'));
  });
});
