import type { Socket } from 'node:net';
import { eventually } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import {
  FollowingConnection,
  formatAddress,
  ResolverLease,
  type Resolver,
  type ResolverOptions,
} from '../src/index.ts';
import { at, leaveNothingBehind, quickResolver, startFakes, within, type Fakes } from './support.ts';

leaveNothingBehind();

interface Scene extends AsyncDisposable {
  readonly fakes: Fakes;
  readonly resolver: Resolver;
  readonly connection: FollowingConnection;
  readonly told: string[];
}

async function settle(
  role: 'master' | 'replica' = 'master',
  options: Partial<ResolverOptions> & { readonly timeoutMs?: number } = {},
): Promise<Scene> {
  const { timeoutMs, ...own } = options;
  const fakes = await startFakes();
  const resolver = quickResolver({ sentinels: fakes.addresses, ...own });
  const told: string[] = [];
  const connection = new FollowingConnection(
    resolver,
    { role, timeoutMs },
    {
      hold: () => told.push('hold'),
      release: () => told.push('release'),
      leave: (to) => told.push(`leave for ${to ? formatAddress(to) : 'another'}`),
    },
  );
  return {
    ...{ fakes, resolver, connection, told },
    async [Symbol.asyncDispose]() {
      connection.close();
      await resolver.close();
      await fakes[Symbol.asyncDispose]();
    },
  };
}

/** The fakes reset what is open when they close. */
async function open({ connection }: Scene): Promise<Socket> {
  return (await connection.open()).on('error', () => {});
}

const name = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host}:${port}`;

describe('a connection that follows', () => {
  it('leads to the master, and says where that is', async () => {
    await using scene = await settle();
    expect(scene.connection.address).toBeUndefined();
    const socket = await open(scene);
    expect(socket.remotePort).toBe(scene.fakes.master.port);
    expect(scene.connection.address).toMatchObject({ port: scene.fakes.master.port });
    socket.destroy();
  });

  it('is told to hold, and to leave for the new master', async () => {
    await using scene = await settle();
    const { fakes, connection, told } = scene;
    const socket = await open(scene);
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(told).toEqual(['hold']));
    expect(connection.isHeld).toBe(true);
    fakes.promote(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(told).toEqual(['hold', `leave for ${name(fakes.replica)}`]));
    expect(connection.isHeld).toBe(false);
    socket.destroy();
  });

  it('goes on where it was when a failover is called off', async () => {
    await using scene = await settle();
    const { fakes, told } = scene;
    const socket = await open(scene);
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(told).toEqual(['hold']));
    fakes.abort(at(fakes.sentinels, 0));
    await eventually(() => expect(told).toEqual(['hold', 'release']));
    socket.destroy();
  });

  it('hands out no socket while traffic is held, and then one that leads to the new master', async () => {
    await using scene = await settle();
    const { fakes, resolver, connection, told } = scene;
    await resolver.master(within(20_000));
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(told).toEqual(['hold']));
    let socket: Socket | undefined;
    const opening = open(scene).then((opened) => (socket = opened));
    fakes.promote(at(fakes.sentinels, 0), fakes.replica);
    await opening;
    expect(connection.address).toMatchObject({ port: fakes.replica.port });
    socket?.destroy();
  });

  it('is told to leave a replica that is none any more', async () => {
    await using scene = await settle('replica');
    const { fakes, connection, resolver, told } = scene;
    await eventually(() => expect(resolver.replicas()).toHaveLength(1));
    const socket = await open(scene);
    expect(connection.address).toMatchObject({ port: fakes.replica.port });
    for (const sentinel of fakes.sentinels) sentinel.replicas = [];
    await eventually(() => expect(told).toEqual(['leave for another']));
    socket.destroy();
  });

  it('says after its time why there is none', async () => {
    await using scene = await settle('master', { timeoutMs: 300 });
    for (const sentinel of scene.fakes.sentinels) await sentinel.close();
    await scene.fakes.master.close();
    await expect(scene.connection.open()).rejects.toMatchObject({ name: 'SwitchmasterError' });
  });

  it('hears nothing after its end', async () => {
    await using scene = await settle();
    const { fakes, connection, resolver, told } = scene;
    const socket = await open(scene);
    connection.close();
    fakes.announce(fakes.replica);
    fakes.replica.promote();
    await eventually(() => expect(resolver.topology.master).toMatchObject({ port: fakes.replica.port }));
    expect(told).toEqual([]);
    socket.destroy();
  });

  it('of a closed resolver says so when it is opened', async () => {
    await using scene = await settle();
    await scene.resolver.close();
    const late = new FollowingConnection(scene.resolver, { role: 'master' }, { leave() {} });
    await expect(late.open()).rejects.toMatchObject({ code: 'CLOSED' });
    late.close();
  });
});

describe('a lease', () => {
  const options = { name: 'mymaster', sentinels: ['127.0.0.1:1'] };
  const isOpen = (resolver: Resolver): boolean => resolver.topology.phase !== 'closed';

  it('closes a resolver of its own with the last user, and makes another for the next', () => {
    const lease = new ResolverLease(options);
    const [one, two] = [{}, {}];
    const first = lease.acquire(one);
    expect(lease.acquire(two)).toBe(first);
    lease.release(one);
    expect(isOpen(first)).toBe(true);
    lease.release(two);
    expect(isOpen(first)).toBe(false);
    const second = lease.acquire(one);
    expect(second).not.toBe(first);
    lease.release(one);
    expect(isOpen(second)).toBe(false);
  });

  it('waits for a user that comes back', async () => {
    const lease = new ResolverLease(options, { graceMs: 50 });
    const user = {};
    const first = lease.acquire(user);
    lease.release(user);
    expect(lease.acquire(user)).toBe(first);
    lease.release(user);
    expect(isOpen(first)).toBe(true);
    await eventually(() => expect(isOpen(first)).toBe(false));
  });

  it('leaves the resolver alone that it was handed', async () => {
    await using resolver = quickResolver(options);
    const lease = new ResolverLease(resolver);
    const user = {};
    expect(lease.acquire(user)).toBe(resolver);
    lease.release(user);
    expect(isOpen(resolver)).toBe(true);
  });
});
