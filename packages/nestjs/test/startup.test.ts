import {
  eventually,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
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
      await using started = await start([root({ startup, startupTimeoutMs: 5000 })]);
      expect(started.app.get<Redis>(getRedisToken()).status).toBe('ready');
    },
  );

  test('background: it will be', async () => {
    await using started = await start([root({ startup: 'background' })]);
    const redis = started.app.get<Redis>(getRedisToken());
    expect(redis.status).toBe('connecting');
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
    ['a name that they do not know', () => ({ name: 'unknown' }), 'NAME_UNKNOWN'],
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
      }),
      'MASTER_UNREACHABLE',
    ],
  ];

  test.each(cases)('background, %s: starts at once', async (_, given) => {
    const { result, tookMs } = await timed(start([root({ ...given(), startup: 'background' })]));
    expect(tookMs).toBeLessThan(200);
    await result.app.close();
  });

  test.each(cases)('wait, %s: says why and starts', async (_, given) => {
    const { result, tookMs } = await timed(start([root(given())]));
    expect(tookMs).toBeLessThan(600);
    expect(result.lines).toContainEqual(expect.stringMatching(/^warn starts without Redis: /));
    await result.app.close();
  });

  test.each(cases)('require, %s: does not start, and leaves nothing behind', async (_, given, code) => {
    const before = snapshotHandles();
    const other = SwitchmasterModule.forRoot({
      name: cluster.name,
      sentinels: cluster.sentinels,
      client: ioredis(),
      connectionName: 'other',
    });
    const starting = start([other, root({ ...given(), startup: 'require' })]).catch(
      (reason: unknown) => reason,
    );
    const { result: error, tookMs } = await timed(starting);
    expect(error).toHaveProperty('code', code);
    expect(error).toHaveProperty('message', expect.stringContaining("connection 'default' is required"));
    expect(tookMs).toBeLessThan(600);
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

async function timed<T>(work: Promise<T>): Promise<{ result: T; tookMs: number }> {
  const startedAt = performance.now();
  const result = await work;
  return { result, tookMs: performance.now() - startedAt };
}
