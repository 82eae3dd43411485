import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { getRedisToken, getResolverToken, SwitchmasterModule } from '@switchmaster/nestjs';
import { ioredis } from '@switchmaster/nestjs/ioredis';
import { nodeRedis } from '@switchmaster/nestjs/node-redis';
import { FakeResolver, SwitchmasterTestingModule } from '@switchmaster/nestjs/testing';
import { CounterController } from './counter.controller.js';

// Jest's globals, as far as they are used.
declare function test(name: string, body: () => Promise<void>): void;
declare function expect(value: unknown): { toEqual(expected: unknown): void };

const fake = { incr: async () => 42 };

for (const client of [ioredis(), nodeRedis()]) {
  test(`overrideProvider() with ${client.library}`, async () => {
    const sentinels = ['127.0.0.1:1'];
    const production = SwitchmasterModule.forRoot({
      name: 'mymaster',
      sentinels,
      client,
      startup: 'require',
    });
    const app = await Test.createTestingModule({ imports: [production], controllers: [CounterController] })
      .overrideProvider(getRedisToken())
      .useValue(fake)
      .overrideProvider(getResolverToken())
      .useValue(new FakeResolver())
      .compile();
    expect(await app.get(CounterController).increment()).toEqual({ count: 42 });
    await app.close();
  });
}

test('the testing module, and a failover that the test plays', async () => {
  const app = await Test.createTestingModule({
    imports: [SwitchmasterTestingModule.forRoot({ client: fake })],
    controllers: [CounterController],
  }).compile();
  const resolver = app.get<FakeResolver>(getResolverToken());
  const held: string[] = [];
  resolver.on('hold', ({ reason }) => held.push(reason));
  await resolver.failover();
  expect(held).toEqual(['failover']);
  expect(await app.get(CounterController).increment()).toEqual({ count: 42 });
  await app.close();
});
