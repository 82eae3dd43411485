import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Injectable, type DynamicModule } from '@nestjs/common';
import { startCluster } from '@switchmaster/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getRedisToken, getResolverToken, InjectRedis, SwitchmasterModule } from '../src/index.ts';
import { ioredis } from '../src/ioredis/index.ts';
import { FakeResolver, SwitchmasterTestingModule } from '../src/testing/index.ts';
import { start } from './applications.ts';

class Reader {
  readonly redis: { get(key: string): Promise<string> };
  constructor(redis: { get(key: string): Promise<string> }) {
    this.redis = redis;
  }
}
Injectable()(Reader);
InjectRedis()(Reader, undefined, 0);

const fake = { get: async (key: string) => `the ${key}` };

/** Counts who calls, and says nothing. */
let callers = 0;
const silent = createServer(() => {
  callers += 1;
});
let production: DynamicModule;

beforeAll(async () => {
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const { port } = silent.address() as AddressInfo;
  const sentinels = [{ host: '127.0.0.1', port }];
  production = SwitchmasterModule.forRoot({
    name: 'mymaster',
    sentinels,
    client: ioredis(),
    startup: 'require',
    // Whoever waited for Redis would do so for longer than a test may take.
    startupTimeoutMs: 600_000,
  });
});
afterAll(() => silent.close());

test('the tokens of an application can be overridden, and then nobody is dialled', async () => {
  const resolver = new FakeResolver();
  await using started = await start([production], {
    providers: [Reader],
    override: (builder) =>
      builder
        .overrideProvider(getRedisToken())
        .useValue(fake)
        .overrideProvider(getResolverToken())
        .useValue(resolver),
  });
  expect(await started.app.get(Reader).redis.get('key')).toBe('the key');
  expect(started.app.get(getResolverToken())).toBe(resolver);
  expect(callers).toBe(0);
});

test('the client alone can be overridden, and nobody waits for Redis', async () => {
  await using started = await start([production], {
    providers: [Reader],
    override: (builder) => builder.overrideProvider(getRedisToken()).useValue(fake),
  });
  expect(await started.app.get(Reader).redis.get('key')).toBe('the key');
});

test('the testing module stands in for forRoot(), clients of forFeature() included', async () => {
  const feature = SwitchmasterModule.forFeature({ subscriber: ioredis() });
  const subscriber = { subscribe: async () => 1 };
  const testing = SwitchmasterTestingModule.forRoot({ client: fake, clients: { subscriber } });
  await using started = await start([testing, feature], { providers: [Reader] });
  expect(started.app.get(Reader).redis).toBe(fake);
  expect(started.app.get(getRedisToken({ client: 'subscriber' }))).toBe(subscriber);
  const resolver = started.app.get<FakeResolver>(getResolverToken());
  expect(await resolver.failover()).toEqual({ host: '127.0.0.1', port: 6380 });
  await expect(start([SwitchmasterTestingModule.forRoot(), feature])).rejects.toThrow('`clients.subscriber`');
});

test('a real client follows the failover that a test plays', async () => {
  await using one = await startCluster({ replicas: 0, sentinels: 1, names: ['a', 'b'] });
  const [master, replica] = [await one.master('a'), await one.master('b')];
  const resolver = new FakeResolver({ master, replicas: [replica] });
  const redis = ioredis().create(resolver);
  await redis.set('where', 'a');
  resolver.hold();
  const held = redis.get('where');
  resolver.move();
  expect(await held).toBeNull();
  await redis.quit();
});
