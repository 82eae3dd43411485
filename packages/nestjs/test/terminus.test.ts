import { ModuleRef } from '@nestjs/core';
import { HealthCheckService, type HealthIndicatorService } from '@nestjs/terminus';
import type { Resolver } from '@switchmaster/core';
import { eventually, startCluster } from '@switchmaster/testing';
import { expect, test } from 'vitest';
import { getResolverToken, SwitchmasterModule } from '../src/index.ts';
import { ioredis } from '../src/ioredis/index.ts';
import { SwitchmasterHealthIndicator, SwitchmasterHealthModule } from '../src/terminus/index.ts';
import { FakeResolver, SwitchmasterTestingModule } from '../src/testing/index.ts';
import { start, type Application } from './applications.ts';

const timeoutMs = 1000;

function indicator({ app }: Application): SwitchmasterHealthIndicator {
  return app.get(SwitchmasterHealthIndicator);
}

/** A check. One that were not bounded would not end where Redis never answers. */
async function check(application: Application): Promise<string | undefined> {
  const result = await indicator(application).pingCheck('redis', { timeoutMs });
  return result.redis.status;
}

test('up, degraded without a majority, stale without a sentinel, and down without Redis, always bounded', async () => {
  await using cluster = await startCluster();
  const { name, sentinels } = cluster;
  const root = SwitchmasterModule.forRoot({
    name,
    sentinels,
    client: ioredis(),
    pingIntervalMs: 100,
  });
  await using started = await start([root, SwitchmasterHealthModule]);
  const { topology } = started.app.get<Resolver>(getResolverToken());
  await eventually(async () =>
    expect(await indicator(started).pingCheck('redis')).toEqual({
      redis: {
        status: 'up',
        master: `127.0.0.1:${topology.master?.port}`,
        phase: 'following',
        sentinels: '3 of 3',
      },
    }),
  );

  for (const [index] of sentinels.entries()) {
    if (index > 0) await cluster.stopSentinel(index);
  }
  await eventually(async () => expect(await check(started)).toBe('degraded'));
  const health = await started.app
    .get(HealthCheckService)
    .check([() => indicator(started).pingCheck('redis')]);
  expect(health.status).toBe('degraded');

  await cluster.stopSentinel(0);
  await eventually(async () => {
    const { redis } = await indicator(started).pingCheck('redis');
    expect(redis.status).toBe('degraded');
    expect(redis).toHaveProperty('message', expect.stringContaining('may be stale'));
  });

  const master = cluster.node(topology.master ?? '');
  await cluster.freeze(master);
  expect(await check(started)).toBe('down');
  await cluster.kill(master);
  expect(await check(started)).toBe('down');
});

test('a failover under way is degraded, while PING waits and after', async () => {
  const resolver = new FakeResolver();
  resolver.know({
    sentinels: [
      { host: 's', port: 1, state: 'connected', origin: 'configured', master: undefined, configEpoch: 0 },
    ],
  });
  let answer: Promise<unknown> = Promise.resolve('PONG');
  const testing = SwitchmasterTestingModule.forRoot({ resolver, client: { ping: () => answer } });
  await using started = await start([testing, SwitchmasterHealthModule]);
  expect(await check(started)).toBe('up');
  answer = new Promise(() => {});
  resolver.hold();
  expect(await check(started)).toBe('degraded');
  resolver.move();
  expect(await check(started)).toBe('down');
  answer = Promise.resolve('PONG');
  expect(await check(started)).toBe('up');
});

test('a connection without a client is as well as its resolver', async () => {
  await using cluster = await startCluster({ replicas: 0, sentinels: 1 });
  const { name, sentinels } = cluster;
  const root = SwitchmasterModule.forRoot({ name, sentinels, client: false });
  await using started = await start([root, SwitchmasterHealthModule]);
  expect(await check(started)).toBe('up');
  await cluster.kill(await cluster.master());
  await eventually(async () => expect(await check(started)).toBe('down'));
});

test('Terminus 11 is told of what is degraded as it is wished', async () => {
  const resolver = new FakeResolver();
  await using started = await start([SwitchmasterTestingModule.forRoot({ resolver })]);
  const session = (key: string): object => ({
    up: (data: object) => ({ [key]: { ...data, status: 'up' } }),
    down: (data: object) => ({ [key]: { ...data, status: 'down' } }),
  });
  const terminus11 = { check: session } as unknown as HealthIndicatorService;
  const redis = new SwitchmasterHealthIndicator(terminus11, started.app.get(ModuleRef));
  expect(await redis.pingCheck('redis')).toMatchObject({ redis: { status: 'up', degraded: true } });
  expect(await redis.pingCheck('redis', { degradedAs: 'down' })).toMatchObject({ redis: { status: 'down' } });
});

test('a client that there is not is down', async () => {
  await using started = await start([SwitchmasterTestingModule.forRoot(), SwitchmasterHealthModule]);
  const { redis } = await indicator(started).pingCheck('redis', { client: 'typo' });
  expect(redis.status).toBe('down');
});

test('a connection that there is not is down, and no exception', async () => {
  await using started = await start([SwitchmasterHealthModule]);
  expect(await check(started)).toBe('down');
});
