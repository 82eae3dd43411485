import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import {
  eventually,
  type Address,
  type Cluster,
  type ClusterNode,
  type FakeNode,
  type FakeNodeOptions,
} from '@switchmaster/testing';
import {
  type FakeSentinel,
  type FakeSentinelOptions,
  startFakeNode,
  startFakeSentinel,
} from '@switchmaster/testing';
import { afterEach, expect } from 'vitest';
import {
  addressOf,
  createResolver,
  formatAddress,
  type Follower,
  type Resolver,
  type ResolverEvents,
  type ResolverOptions,
} from '../src/index.ts';

/**
 * A loopback address that this process has for itself, where there are many: who goes on dialling a server that is
 * gone must not meet that of another test file, on a port that was free again.
 */
export const loopback: string =
  process.platform === 'linux' ? `127.${1 + ((process.pid >> 8) % 254)}.${process.pid & 255}.1` : '127.0.0.1';

/** Short deadlines, for tests in which somebody is to miss them. */
export const hasty: Pick<ResolverOptions, 'connectTimeoutMs' | 'commandTimeoutMs'> = {
  connectTimeoutMs: 500,
  commandTimeoutMs: 500,
};

/** Every pause shortened. Deadlines are met on a busy machine, too. */
export const quick: Omit<ResolverOptions, 'sentinels'> = {
  connectTimeoutMs: 10_000,
  commandTimeoutMs: 10_000,
  pingIntervalMs: 100,
  refreshIntervalMs: 300,
  roleIntervalMs: 100,
  discoveryTimeoutMs: 150,
  backoff: { initialMs: 10, maxMs: 50 },
};

/** A resolver of `mymaster` that lives fast. */
export function quickResolver(options: ResolverOptions): Resolver {
  return createResolver({ name: 'mymaster', ...quick, ...options });
}

/** A resolver of a real deployment, with the options as they are by default. */
export function resolverOf({ sentinels, name }: Cluster): Resolver {
  return createResolver({ name, sentinels });
}

/** Options of a call that gives up after so many milliseconds. */
export function within(ms: number): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(ms) };
}

/** Options of a call whose deadline has passed already: it is told at once why there is nothing to give. */
export function overdue(): { signal: AbortSignal } {
  return { signal: AbortSignal.abort(new DOMException('the deadline passed', 'TimeoutError')) };
}

/** Only the address of whatever has one. */
export function addressOnly({ host, port }: Address): Address {
  return { host, port };
}

/** A port of this machine where nobody listens. */
export async function deadAddress(): Promise<Address> {
  const node = await startFakeNode({ host: loopback });
  await node.close();
  return addressOnly(node);
}

/** A server of any kind: `serve` gets each connection. */
export async function startServer(
  serve: (socket: Socket) => void,
  { host = loopback, tls }: { host?: string; tls?: TlsOptions } = {},
): Promise<Address & AsyncDisposable & { readonly sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    serve(socket);
    // The end of a connection is noticed by who reads.
    socket.resume();
  };
  const server = tls ? createTlsServer(tls, accept) : createServer(accept);
  await new Promise<void>((resolve) => server.listen({ host, port: 0 }, resolve));
  return {
    host,
    port: (server.address() as AddressInfo).port,
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export interface Fakes extends AsyncDisposable {
  /** The first one is the master. */
  readonly nodes: readonly FakeNode[];
  readonly sentinels: readonly FakeSentinel[];
  readonly master: FakeNode;
  /** The first of the replicas. */
  readonly replica: FakeNode;
  /** All addresses of {@link sentinels}. */
  readonly addresses: readonly Address[];
  /** What a sentinel that leads a failover to `to` says first. */
  select(leader: FakeSentinel, to: FakeNode): void;
  /** What it says next, and what it does. */
  promote(leader: FakeSentinel, to: FakeNode): void;
  /** What it says instead, if it gives up. */
  abort(leader: FakeSentinel): void;
  /** What all sentinels say in the end. */
  announce(to: FakeNode, by?: readonly FakeSentinel[]): void;
}

export interface FakesOptions {
  readonly host?: string;
  readonly sentinels?: number;
  readonly replicas?: number;
  readonly sentinel?: Omit<FakeSentinelOptions, 'master' | 'others'>;
  readonly node?: Omit<FakeNodeOptions, 'role'>;
}

/** A deployment of fakes: sentinels that know each other, a master and its replicas. */
export async function startFakes(options: FakesOptions = {}): Promise<Fakes> {
  const { host: home = loopback, sentinels: sentinelCount = 3, replicas: replicaCount = 1 } = options;
  const master = await startFakeNode({ host: home, ...options.node, role: 'master' });
  const replicas = await Promise.all(
    Array.from({ length: replicaCount }, () =>
      startFakeNode({ host: home, ...options.node, role: 'replica', master }),
    ),
  );
  const sentinels = await Promise.all(
    Array.from({ length: sentinelCount }, () =>
      startFakeSentinel({
        host: home,
        ...options.sentinel,
        master: addressOnly(master),
        replicas: replicas.map(addressOnly),
        configEpoch: 1,
      }),
    ),
  );
  for (const sentinel of sentinels) {
    sentinel.others = sentinels
      .filter((one) => one !== sentinel)
      .map(({ host, port, id }) => ({ host, port, id }));
  }
  const nodes = [master, ...replicas];
  return {
    nodes,
    sentinels,
    master,
    replica: replicas[0] ?? master,
    addresses: sentinels.map(addressOnly),
    select: (leader, to) => {
      leading(leader, to, 'send_slaveof_noone');
      leader.publishReplica('+selected-slave', to);
    },
    promote: (leader, to) => {
      leading(leader, to, 'send_slaveof_noone');
      leader.publishReplica('+failover-state-send-slaveof-noone', to);
      leading(leader, to, 'wait_promotion');
      leader.publishReplica('+failover-state-wait-promotion', to);
      to.promote();
    },
    abort: (leader) => {
      const { host, port } = leader.master;
      leading(leader);
      leader.publish('-failover-abort-slave-timeout', `master mymaster ${host} ${port}`);
    },
    announce: (to, by = sentinels) => {
      for (const sentinel of by) {
        leading(sentinel);
        sentinel.switchMaster(addressOnly(to));
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...nodes, ...sentinels].map((server) => server.close()));
    },
  };
}

/** Shows in the topology that the leader's answer is in, and not only its events. */
export const promotedPriority = 7;

/** Makes a sentinel say, when it is asked, that it leads a failover to `to`; or that it leads none. */
function leading(sentinel: FakeSentinel, to?: FakeNode, state = 'none'): void {
  const group = sentinel.group('mymaster');
  group.fields = to ? { flags: 'master,failover_in_progress', 'failover-state': state } : {};
  group.replicas = group.replicas.map(({ host, port }) => ({
    ...{ host, port },
    ...(port === to?.port && { fields: { flags: 'slave,promoted', 'slave-priority': promotedPriority } }),
  }));
}

/** The item at an index, which is there. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  if (item === undefined) throw new Error(`there is no item ${index} of ${items.length}`);
  return item;
}

/** Everything that a resolver tells: its events by name, and what it tells a follower, in words. */
export class Recorder {
  readonly events: { readonly [Name in keyof ResolverEvents]: ResolverEvents[Name][] } = {
    ...{
      hold: [],
      switch: [],
      release: [],
      topology: [],
      sentinel: [],
      'stale-master': [],
      minority: [],
      error: [],
    },
  };
  /** `hold failover`, `move 127.0.0.1:6380 promotion`, `release aborted`. */
  readonly told: string[] = [];
  readonly follower: Follower = {
    hold: (reason) => void this.told.push(`hold ${reason}`),
    move: (to, reason) => void this.told.push(`move ${formatAddress(to)} ${reason}`),
    release: (reason) => void this.told.push(`release ${reason}`),
  };

  constructor(resolver: Resolver) {
    resolver.follow(this.follower);
    for (const name of Object.keys(this.events) as (keyof ResolverEvents)[]) {
      resolver.on(name, (event) => void (this.events[name] as unknown[]).push(event));
    }
  }
}

/** Fails a cluster over, and waits until the resolver has followed; gives the new master. */
export async function followFailover(
  cluster: Cluster,
  resolver: Resolver,
  options: { readonly via?: number } = {},
): Promise<ClusterNode> {
  const old = await cluster.master();
  await resolver.master(within(20_000));
  await cluster.failover(cluster.name, options);
  const master = await cluster.masterAfter(old);
  const { host, port } = master;
  await eventually(
    () =>
      expect(resolver.topology).toMatchObject({ phase: 'following', master: { host, port }, verified: true }),
    { timeoutMs: 20_000 },
  );
  return master;
}

/** One command and its reply, over a socket as `connect()` gives it. */
export async function ask(socket: Socket, command: string): Promise<string> {
  const answer = once(socket, 'data', within(20_000));
  socket.write(`${command}\r\n`);
  return String(((await answer) as [Buffer])[0]).trim();
}

/** Where writes go, written by somebody who takes a socket for each. */
export async function write(resolver: Resolver, key: string): Promise<string | undefined> {
  const socket = await resolver.connect(within(20_000));
  try {
    expect(await ask(socket, `SET ${key} ${key}`)).toBe('+OK');
    const address = addressOf(socket);
    return address && formatAddress(address);
  } finally {
    socket.destroy();
  }
}

/**
 * Keeps account of every socket and timer that core makes, also of those that would not keep the process alive,
 * and lets each test of the file end only when all of them are gone.
 */
export function leaveNothingBehind(): void {
  const open = new Map<number, string>();
  const hook = createHook({
    init(id, type) {
      if (!/^(Timeout|TCPWRAP)$/.test(type)) return;
      const limit = Error.stackTraceLimit;
      Error.stackTraceLimit = 50;
      const { stack = '' } = new Error(type);
      Error.stackTraceLimit = limit;
      const ours = stack.split('\n').find((line) => line.includes('/packages/core/src/'));
      if (ours) open.set(id, `${type} ${ours.trim()}`);
    },
    destroy: (id) => void open.delete(id),
  }).enable();
  afterEach(async () => {
    await eventually(() => expect([...open.values()]).toEqual([]));
  });
  process.once('exit', () => hook.disable());
}
