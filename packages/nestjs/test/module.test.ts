import { Injectable, type DynamicModule } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { isResolver, type Resolver } from '@switchmaster/core';
import {
  eventually,
  expectNoLeaks,
  snapshotHandles,
  startCluster,
  type Cluster,
} from '@switchmaster/testing';
import type { Redis } from 'ioredis';
import { Redis as Valkey } from 'iovalkey';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  getRedisToken,
  getResolverToken,
  InjectRedis,
  InjectResolver,
  SwitchmasterModule,
  type SwitchmasterEvents,
  type SwitchmasterOptions,
  type SwitchmasterOptionsFactory,
} from '../src/index.ts';
import { ioredis } from '../src/ioredis/index.ts';
import { type Application, inert, InertClient, moduleOf, start } from './applications.ts';

let cluster: Cluster;
const names = ['mymaster', 'cache'];

beforeAll(async () => {
  cluster = await startCluster({ names });
});
afterAll(() => cluster?.stop());

function options(more: Partial<SwitchmasterOptions> = {}): SwitchmasterOptions {
  return { name: 'mymaster', sentinels: cluster.sentinels, client: ioredis(), ...more };
}

@Injectable()
class Users {
  readonly redis: Redis;
  readonly resolver: Resolver;
  constructor(@InjectRedis() redis: Redis, @InjectResolver() resolver: Resolver) {
    this.redis = redis;
    this.resolver = resolver;
  }
}

/** A module of the application's that imports nothing of ours. */
const usersModule: DynamicModule = moduleOf({ providers: [Users], exports: [Users] });

describe('forRoot', () => {
  test('every module can inject the client, connected, and the resolver', async () => {
    await using started = await start([SwitchmasterModule.forRoot(options()), usersModule]);
    const { redis, resolver } = started.app.get(Users);
    expect(redis.status).toBe('ready');
    expect(isResolver(resolver)).toBe(true);
    expect(await redis.set('users', 'some')).toBe('OK');
    expect(started.lines).toContainEqual(
      expect.stringMatching(/^log mymaster: the master is 127\.0\.0\.1:\d+$/),
    );
  });

  test('with a client of iovalkey', async () => {
    await using started = await start([
      SwitchmasterModule.forRoot(options({ client: ioredis({ client: Valkey }) })),
    ]);
    const valkey = started.app.get<Valkey>(getRedisToken());
    expect(valkey).toBeInstanceOf(Valkey);
    expect(await valkey.ping()).toBe('PONG');
  });

  test('with isGlobal: false only those who import it can', async () => {
    const root = SwitchmasterModule.forRoot({ ...options({ client: inert() }), isGlobal: false });
    await expect(start([usersModule, moduleOf({ imports: [root] })])).rejects.toThrow(
      /can't resolve dependencies of the Users .*switchmaster:redis:default/,
    );
    await using started = await start([{ ...usersModule, imports: [root] }]);
    expect(started.app.get(Users, { strict: false }).redis).toBeInstanceOf(InertClient);
  });

  test('with client: false there is a resolver and no client', async () => {
    const root = SwitchmasterModule.forRoot(options({ client: false }));
    await using started = await start([root]);
    const resolver = started.app.get<Resolver>(getResolverToken());
    expect(resolver.topology.phase).toBe('following');
    await expect(start([root, usersModule])).rejects.toThrow(/can't resolve dependencies of the Users/);
  });

  test('takes a URL', async () => {
    const hosts = cluster.sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
    const root = SwitchmasterModule.forRoot({ sentinels: `redis+sentinel://${hosts}/cache`, client: false });
    await using started = await start([root]);
    expect(started.app.get<Resolver>(getResolverToken()).name).toBe('cache');
  });

  test('what it closed is closed: clients and resolver, and nothing twice', async () => {
    const { app } = await start([SwitchmasterModule.forRoot(options()), usersModule]);
    const { redis, resolver } = app.get(Users);
    await app.close();
    expect(redis.status).toBe('end');
    expect(resolver.topology.phase).toBe('closed');
    await app.close();
  });

  test('hooks of other providers have their client to the end', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Farewell {
      readonly redis: Redis;
      constructor(@InjectRedis() redis: Redis) {
        this.redis = redis;
      }
      async onApplicationShutdown(): Promise<void> {
        seen.push(await this.redis.set('farewell', 1));
      }
    }
    const { app } = await start([SwitchmasterModule.forRoot(options())], { providers: [Farewell] });
    await app.close();
    expect(seen).toEqual(['OK']);
  });
});

describe('forRootAsync', () => {
  @Injectable()
  class Factory implements SwitchmasterOptionsFactory {
    createSwitchmasterOptions(): SwitchmasterOptions {
      return options();
    }
  }
  const configModule: DynamicModule = moduleOf({ providers: [Factory], exports: [Factory] });

  test.each([
    ['useFactory', SwitchmasterModule.forRootAsync({ useFactory: async () => options() })],
    [
      'useFactory with inject and imports',
      SwitchmasterModule.forRootAsync({
        imports: [configModule],
        inject: [Factory],
        useFactory: (factory: Factory) => factory.createSwitchmasterOptions(),
      }),
    ],
    ['useClass', SwitchmasterModule.forRootAsync({ useClass: Factory })],
    ['useExisting', SwitchmasterModule.forRootAsync({ imports: [configModule], useExisting: Factory })],
  ])('%s', async (_, root) => {
    await using started = await start([root, usersModule]);
    expect(await started.app.get(Users).redis.ping()).toBe('PONG');
  });

  test('connectionName and isGlobal are given beside the factory', async () => {
    const root = SwitchmasterModule.forRootAsync({
      connectionName: 'other',
      isGlobal: false,
      useFactory: () => options({ client: inert() }),
    });
    await using started = await start([moduleOf({ imports: [root] })]);
    expect(started.app.get(getRedisToken('other'), { strict: false })).toBeInstanceOf(InertClient);
  });
});

describe('several connections', () => {
  test('each name has its master, and they share the sockets to the sentinels', async () => {
    const before = new Set(await sentinelClients());
    const root = (name: string): DynamicModule =>
      SwitchmasterModule.forRoot({ ...options({ name }), connectionName: name });
    await using started = await start(names.map(root));
    await allConnected(started, names);
    for (const name of names) {
      const { port } = await cluster.master(name);
      expect(started.app.get<Resolver>(getResolverToken(name)).topology.master?.port).toBe(port);
      expect(started.app.get<Redis>(getRedisToken(name)).options.port).toBe(port);
    }
    expect(await sentinelClients(before)).toHaveLength(cluster.sentinels.length);
  });

  test('connections with other options for their sentinels do not', async () => {
    const before = new Set(await sentinelClients());
    const root = (name: string, pingIntervalMs: number): DynamicModule =>
      SwitchmasterModule.forRoot({
        ...options({ name, pingIntervalMs, client: false }),
        connectionName: name,
      });
    await using started = await start([root('mymaster', 500), root('cache', 501)]);
    expect(started.lines).toHaveLength(2);
    await allConnected(started, names);
    expect(await sentinelClients(before)).toHaveLength(2 * cluster.sentinels.length);
  });

  test('the same name twice is an error that names it', async () => {
    const root = SwitchmasterModule.forRoot(options({ client: inert() }));
    const again = SwitchmasterModule.forRoot(options({ client: inert() }));
    await expect(start([root, again])).rejects.toThrow(
      /`connectionName`: expected another name .* got 'default' twice/,
    );
  });

  test('two applications in one process are independent', async () => {
    const one = await start([SwitchmasterModule.forRoot(options()), usersModule]);
    await using two = await start([SwitchmasterModule.forRoot(options()), usersModule]);
    await one.app.close();
    const { redis, resolver } = two.app.get(Users);
    expect(one.app.get(Users).redis.status).toBe('end');
    expect(await redis.ping()).toBe('PONG');
    expect(resolver.topology.phase).toBe('following');
  });
});

describe('forFeature', () => {
  test('further clients of a connection, closed with it', async () => {
    @Injectable()
    class News {
      readonly subscriber: Redis;
      readonly replica: Redis;
      constructor(
        @InjectRedis({ client: 'subscriber' }) subscriber: Redis,
        @InjectRedis({ client: 'replica' }) replica: Redis,
      ) {
        this.subscriber = subscriber;
        this.replica = replica;
      }
    }
    const feature = SwitchmasterModule.forFeature({
      subscriber: ioredis(),
      replica: ioredis({ role: 'replica', lazyConnect: true }),
    });
    const newsModule: DynamicModule = moduleOf({ imports: [feature], providers: [News] });
    const { app } = await start([newsModule, SwitchmasterModule.forRoot(options())]);
    const { subscriber, replica } = app.get(News, { strict: false });
    expect(await replica.role()).toContain('slave');
    expect(await subscriber.role()).toContain('master');
    await app.close();
    expect([subscriber.status, replica.status]).toEqual(['end', 'end']);
  });

  test('of a connection that is not global', async () => {
    const root = SwitchmasterModule.forRoot({ ...options(), connectionName: 'c', isGlobal: false });
    const feature = SwitchmasterModule.forFeature({ blocking: ioredis() }, 'c');
    await using started = await start([root, feature]);
    const blocking = started.app.get<Redis>(getRedisToken({ connectionName: 'c', client: 'blocking' }));
    expect(await blocking.blpop('nothing', 0.01)).toBeNull();
  });

  test('of a connection that there is not', async () => {
    await expect(start([SwitchmasterModule.forFeature({ blocking: inert() }, 'c')])).rejects.toThrow(
      "forFeature(), client 'blocking': there is no connection 'c'",
    );
  });
});

describe('bad options stop the application with an error that names them', () => {
  const cases: [option: string, bad: object][] = [
    ['client', { client: undefined }],
    ['client', { client: 'ioredis' }],
    ['startup', { startup: 'maybe' }],
    ['startupTimeoutMs', { startupTimeoutMs: 0 }],
    ['shutdownTimeoutMs', { shutdownTimeoutMs: '1' }],
    ['logger', { logger: 'no' }],
    ['name', { name: '' }],
    ['sentinels', { sentinels: [] }],
    ['sentinels[0].port', { sentinels: [{ host: 's1', port: 0 }] }],
    ['hold.timeoutMs', { hold: { timeoutMs: -1 } }],
    ['sentinel.password', { sentinel: { username: 'u' } }],
    ['host', { host: 's1' }],
    ['name', { name: 'a', sentinels: 'redis+sentinel://s1/b' }],
    ['connectionName', { connectionName: 'a:b' }],
  ];
  test.each(cases)('%s: %o', async (option, bad) => {
    const root = SwitchmasterModule.forRoot({ ...options({ client: inert() }), ...bad });
    const error = await start([root]).catch((reason: unknown) => reason);
    expect(error).toHaveProperty('code', 'INVALID_OPTION');
    expect(error).toHaveProperty('message', expect.stringMatching(/^SwitchmasterModule, connection '/));
    expect(error).toHaveProperty('message', expect.stringContaining(`\`${option}\``));
  });

  test('nothing is left of the other connections', async () => {
    const before = snapshotHandles();
    const root = (connectionName: string, more: object): DynamicModule =>
      SwitchmasterModule.forRoot({ ...options(), connectionName, ...more });
    const roots = [root('one', {}), root('two', { host: 's1' }), root('three', {})];
    await expect(start(roots)).rejects.toThrow('`host`');
    await expectNoLeaks(before);
  });

  test('a recipe of forFeature()', async () => {
    const feature = SwitchmasterModule.forFeature({ blocking: 'ioredis' as never });
    await expect(start([SwitchmasterModule.forRoot(options({ client: false })), feature])).rejects.toThrow(
      "forFeature(), client 'blocking': `blocking`: expected ioredis()",
    );
  });
});

describe('events', () => {
  const seen: [string, unknown][] = [];
  class Sink {
    emit(name: string, payload: unknown): void {
      seen.push([name, payload]);
    }
  }

  test.each([
    ['an emitter', new Sink()],
    ['its token', Sink],
  ])('%s', async (_, events) => {
    seen.length = 0;
    await using started = await start([SwitchmasterModule.forRoot(options({ client: false, events }))], {
      providers: [Sink],
    });
    expect(started.app.get(Sink)).toBeDefined();
    const discovery = { connectionName: 'default', name: 'mymaster', reason: 'discovery' };
    expect(seen).toContainEqual(['switchmaster.switch', expect.objectContaining(discovery)]);
  });

  test('EventEmitter2', async () => {
    const root = SwitchmasterModule.forRoot(options({ client: false, events: EventEmitter2 }));
    await using started = await start([EventEmitterModule.forRoot(), root]);
    const states: string[] = [];
    const listener = ({ state }: SwitchmasterEvents['switchmaster.sentinel']): unknown => states.push(state);
    started.app.get(EventEmitter2).on('switchmaster.sentinel', listener);
    await cluster.stopSentinel(2);
    await eventually(() => expect(states).toContain('lost'));
    await cluster.startSentinel(2);
  });

  test('a token that nobody provides is told once, and does no harm', async () => {
    await using started = await start([SwitchmasterModule.forRoot(options({ client: false, events: Sink }))]);
    expect(started.lines.filter((line) => line.startsWith('error `events`'))).toHaveLength(1);
  });
});

/** Resolves when each of these connections has reached every sentinel. */
async function allConnected({ app }: Application, connectionNames: readonly string[]): Promise<void> {
  const all = Array(cluster.sentinels.length).fill('connected');
  for (const name of connectionNames) {
    const resolver = app.get<Resolver>(getResolverToken(name));
    await eventually(() => expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(all));
  }
}

/** The clients of all sentinels that were not there before, of which each of our sockets is one. */
async function sentinelClients(before: ReadonlySet<string> = new Set()): Promise<string[]> {
  const lists = await Promise.all(
    cluster.sentinels.map(async ({ port }, index) => {
      const list = (await cluster.sentinelCommand(index, 'CLIENT', 'LIST')) as string;
      // Sentinels are connected with each other too, and on the way: those speak no RESP3, as we do.
      const ours = list.split('\n').filter((line) => line.includes('resp=3'));
      return ours.map((line) => `${port} ${/^id=\d+/.exec(line)?.[0]}`);
    }),
  );
  return lists.flat().filter((client) => !before.has(client));
}
