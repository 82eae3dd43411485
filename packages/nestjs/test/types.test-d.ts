import type { DynamicModule } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Redis as Valkey } from 'iovalkey';
import type { RedisClientPoolType, RedisClientType } from 'redis';
import { expectTypeOf, test } from 'vitest';
import { SwitchmasterModule, type ClientRecipe } from '../src/index.ts';
import { ioredis } from '../src/ioredis/index.ts';
import { nodeRedis, nodeRedisPool } from '../src/node-redis/index.ts';

const sentinels = ['s1'];

test('recipes say what they make', () => {
  expectTypeOf(ioredis()).toEqualTypeOf<ClientRecipe<Redis>>();
  expectTypeOf(ioredis({ client: Valkey })).toEqualTypeOf<ClientRecipe<Valkey>>();
  expectTypeOf(nodeRedis()).toEqualTypeOf<ClientRecipe<RedisClientType>>();
  expectTypeOf(nodeRedisPool()).toEqualTypeOf<ClientRecipe<RedisClientPoolType>>();
});

test('options are checked', () => {
  const options = { name: 'n', sentinels, client: ioredis({ keyPrefix: 'a' }) };
  expectTypeOf(SwitchmasterModule.forRoot({ ...options, isGlobal: false })).toEqualTypeOf<DynamicModule>();
  SwitchmasterModule.forRootAsync({
    connectionName: 'c',
    useFactory: async () => ({ sentinels, client: false }),
  });
  SwitchmasterModule.forFeature({ pool: nodeRedisPool() });
  // @ts-expect-error -- a client, or false
  SwitchmasterModule.forRoot({ name: 'n', sentinels });
  // @ts-expect-error -- the resolver says where to connect
  ioredis({ host: 's1' });
  // @ts-expect-error -- the same
  nodeRedis({ url: 'redis://s1' });
  // @ts-expect-error -- no such startup
  SwitchmasterModule.forRoot({ name: 'n', sentinels, client: ioredis(), startup: 'maybe' });
});

test('credentials that change are options of the resolver', () => {
  const token = (): Promise<string> => Promise.resolve('token');
  const module = SwitchmasterModule.forRoot({
    ...{ name: 'n', sentinels, client: ioredis() },
    sentinel: { credentials: () => ({ password: 'secret' }) },
    node: { credentials: async () => ({ username: 'app', password: await token() }) },
  });
  expectTypeOf(module).toEqualTypeOf<DynamicModule>();
  SwitchmasterModule.forRoot({
    ...{ name: 'n', sentinels, client: ioredis() },
    // @ts-expect-error -- a function is `credentials`
    node: { password: token },
  });
});
