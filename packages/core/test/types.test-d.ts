import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { expectTypeOf, test } from 'vitest';
import {
  addressOf,
  createClientFactory,
  createResolver,
  createSentinelSet,
  isResolver,
  isSentinelSet,
  isSwitchmasterError,
  type ClientFactory,
  type DiagnosticMessages,
  type Follower,
  type HoldReason,
  type MoveReason,
  type NodeAddress,
  type ReleaseReason,
  type Replica,
  type Resolver,
  type ResolverEvents,
  type ResolverOptions,
  type SentinelSet,
  type SwitchEvent,
  type SwitchmasterError,
  type SwitchmasterErrorCode,
  type TopologySnapshot,
} from '../src/index.ts';

declare const resolver: Resolver;
declare const signal: AbortSignal;
declare const caught: unknown;

test('sentinels are given as addresses, texts, a URL or a set', () => {
  expectTypeOf(
    createResolver({ name: 'm', sentinels: [{ host: 's1', port: 26379 }, 's2'] }),
  ).toEqualTypeOf<Resolver>();
  createResolver({ sentinels: 'redis+sentinel://s1/mymaster' });
  const sentinels = createSentinelSet({ sentinels: ['s1'] });
  expectTypeOf(sentinels).toEqualTypeOf<SentinelSet>();
  createResolver({ name: 'm', sentinels });
  // @ts-expect-error a port is a number
  createResolver({ name: 'm', sentinels: [{ host: 's1', port: '26379' }] });
  // @ts-expect-error there have to be some
  createResolver({ name: 'm' });
});

test('options may be undefined, as those read from elsewhere are', () => {
  const password: string | undefined = process.env['REDIS_PASSWORD'];
  createResolver({ name: 'm', sentinels: ['s1'], node: { password }, sentinel: undefined, hold: undefined });
  expectTypeOf<Parameters<typeof createResolver>>().toEqualTypeOf<[options: ResolverOptions]>();
});

test('options that do not exist, or not as given, are refused', () => {
  const least = { name: 'm', sentinels: ['s1'] };
  // @ts-expect-error Redis' own word is password
  createResolver({ ...least, node: { pass: 'x' } });
  // @ts-expect-error there are two moments
  createResolver({ ...least, switchOn: 'never' });
  // @ts-expect-error it is false or has a timeout
  createResolver({ ...least, hold: true });
  // @ts-expect-error a set has all names
  createSentinelSet({ name: 'm', sentinels: ['s1'] });
  createResolver({ ...least, hold: false, onMinority: 'hold', node: { tls: true } });
  expectTypeOf<NonNullable<ResolverOptions['node']>['tls']>().toEqualTypeOf<
    boolean | ConnectionOptions | undefined
  >();
});

test('waiting calls take a signal', () => {
  expectTypeOf(resolver.master()).toEqualTypeOf<Promise<NodeAddress>>();
  expectTypeOf(resolver.master({ signal })).toEqualTypeOf<Promise<NodeAddress>>();
  expectTypeOf(resolver.connect({ role: 'replica', signal })).toEqualTypeOf<Promise<Socket>>();
  // @ts-expect-error Redis' own word is replica
  void resolver.connect({ role: 'slave' });
});

test('what is known is read only', () => {
  expectTypeOf(resolver.topology).toEqualTypeOf<TopologySnapshot>();
  expectTypeOf(resolver.replicas()).toEqualTypeOf<readonly Replica[]>();
  expectTypeOf(resolver.topology.master).toEqualTypeOf<NodeAddress | undefined>();
  // @ts-expect-error frozen
  resolver.topology.verified = false;
  // @ts-expect-error frozen
  resolver.topology.replicas.length = 0;
  // @ts-expect-error frozen
  resolver.replicas()[0].port = 1;
});

test('followers are told reasons', () => {
  const follower: Follower = {
    hold: (reason) => expectTypeOf(reason).toEqualTypeOf<HoldReason>(),
    move: (to, reason) => {
      expectTypeOf(to).toEqualTypeOf<NodeAddress>();
      expectTypeOf(reason).toEqualTypeOf<MoveReason>();
    },
    release: (reason) => expectTypeOf(reason).toEqualTypeOf<ReleaseReason>(),
  };
  expectTypeOf(resolver.follow(follower)).toEqualTypeOf<() => void>();
  // @ts-expect-error all three are needed
  resolver.follow({ hold() {}, move() {} });
});

test('events have their own types', () => {
  const undo = resolver.on('switch', (event) => {
    expectTypeOf(event).toEqualTypeOf<SwitchEvent>();
    expectTypeOf(event.from).toEqualTypeOf<NodeAddress | undefined>();
    expectTypeOf(event.reason).toEqualTypeOf<MoveReason | 'discovery'>();
    expectTypeOf(event.phases.heldAt).toEqualTypeOf<number | undefined>();
  });
  expectTypeOf(undo).toEqualTypeOf<() => void>();
  resolver.on('error', (error) => expectTypeOf(error).toEqualTypeOf<SwitchmasterError>());
  resolver.off('topology', (topology: TopologySnapshot) => topology);
  // @ts-expect-error no such event
  resolver.on('failover', () => {});
  expectTypeOf<DiagnosticMessages[keyof DiagnosticMessages & keyof ResolverEvents]>().toEqualTypeOf<
    ResolverEvents[keyof DiagnosticMessages]
  >();
});

test('errors are told apart by their code', () => {
  if (!isSwitchmasterError(caught)) return;
  expectTypeOf(caught).toEqualTypeOf<SwitchmasterError>();
  expectTypeOf(caught.code).toEqualTypeOf<SwitchmasterErrorCode>();
  expectTypeOf(caught).toExtend<Error>();
  // @ts-expect-error no such code
  void (caught.code === 'FAILED');
});

test('things are recognised whoever made them', () => {
  expectTypeOf(isResolver).guards.toEqualTypeOf<Resolver>();
  expectTypeOf(isSentinelSet).guards.toEqualTypeOf<SentinelSet>();
});

test('a client factory gives what it is given', () => {
  class Client {
    end(): void {}
  }
  const factory = createClientFactory(resolver, {
    create: ({ host, port }) => {
      expectTypeOf(host).toEqualTypeOf<string>();
      expectTypeOf(port).toEqualTypeOf<number>();
      return Promise.resolve(new Client());
    },
    close: (client) => client.end(),
  });
  expectTypeOf(factory).toEqualTypeOf<ClientFactory<Client>>();
  expectTypeOf(factory.get({ signal })).toEqualTypeOf<Promise<Client>>();
});

test('everything that is opened can be disposed of', () => {
  expectTypeOf<Resolver>().toExtend<AsyncDisposable>();
  expectTypeOf<SentinelSet>().toExtend<AsyncDisposable>();
  expectTypeOf<ClientFactory<unknown>>().toExtend<AsyncDisposable>();
  expectTypeOf(resolver.close()).toEqualTypeOf<Promise<void>>();
});

test('a socket knows where it leads', () => {
  expectTypeOf(addressOf).toEqualTypeOf<(socket: Socket) => NodeAddress | undefined>();
});
