import type { LookupAddress } from 'node:dns';
import { connect, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import {
  eventually,
  selfSignedCertificate,
  startCluster,
  startProxy,
  type Cluster,
  type Member,
  type TcpProxy,
} from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import {
  addressOf,
  createResolver,
  formatAddress,
  type NodeAddress,
  type Resolver,
  type ResolverOptions,
} from '../src/index.ts';
import { addressOnly, ask, at, followFailover, leaveNothingBehind, overdue, within } from './support.ts';

leaveNothingBehind();

function resolverOf({ name, sentinels }: Cluster, options: Partial<ResolverOptions> = {}): Resolver {
  return createResolver({ name, sentinels, ...options });
}

async function allConnected(resolver: Resolver): Promise<void> {
  await eventually(() =>
    expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
  );
}

/** Whether anybody answers there. */
function isReachable({ host, port }: NodeAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('data', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false)).write('PING\r\n');
    socket.setTimeout(20_000, () => socket.destroy());
  });
}

/** A proxy to each of the servers, at another port: what is let through a NAT. */
async function doorsTo(
  members: readonly Member[],
): Promise<{ of(address: NodeAddress): TcpProxy; close(): Promise<void> }> {
  const doors = new Map<string, TcpProxy>();
  for (const { address, place } of members) doors.set(address, await startProxy({ to: place.listen }));
  return {
    of: (address) => {
      const door = doors.get(formatAddress(address));
      if (door === undefined) throw new Error(`there is no door to ${formatAddress(address)}`);
      return door;
    },
    close: async () => {
      await Promise.all([...doors.values()].map((door) => door.close()));
    },
  };
}

// What is announced is cut off from here by the addresses that connections come from, which only Linux has many of.
describe.runIf(process.platform === 'linux')('behind a NAT', () => {
  it('mapAddress leads through its doors, and a failover is followed by announced addresses', async () => {
    await using cluster = await startCluster({ proxied: true, replicas: 1 });
    const members = [...cluster.nodes, ...cluster.sentinelHandles];
    await cluster.isolate(members, { mode: 'drop' });
    const doors = await doorsTo(members);
    expect(await isReachable(addressOnly(doors.of(at(cluster.nodes, 0))))).toBe(true);
    {
      await using blind = resolverOf(cluster, { connectTimeoutMs: 200, commandTimeoutMs: 200 });
      await eventually(() =>
        expect(blind.master(overdue())).rejects.toMatchObject({
          code: 'SENTINELS_UNREACHABLE',
          message: expect.stringMatching(/within 200 ms|no connection/) as string,
        }),
      );
    }
    await using resolver = resolverOf(cluster, {
      // One is enough: the others are learnt by the addresses that they announce.
      sentinels: cluster.sentinels.slice(0, 1),
      mapAddress: (address) => addressOnly(doors.of(address)),
    });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(await cluster.master()));
    await allConnected(resolver);
    const master = await followFailover(cluster, resolver, { via: 0 });
    const socket = await resolver.connect(within(20_000));
    expect(addressOf(socket)).toEqual(addressOnly(master));
    expect(socket.remotePort).toBe(doors.of(master).port);
    expect(await ask(socket, 'SET key value')).toBe('+OK');
    expect(await master.command('GET', 'key')).toBe('value');
    socket.destroy();
    await resolver.close();
    await doors.close();
  });
});

it('announced ports are dialled, whatever ports the servers listen at', async () => {
  await using cluster = await startCluster({ proxied: true, replicas: 1 });
  for (const { place } of [...cluster.nodes, ...cluster.sentinelHandles])
    expect(place.listen.port).not.toBe(place.announce.port);
  await using resolver = resolverOf(cluster, { sentinels: cluster.sentinels.slice(0, 1) });
  await resolver.master(within(20_000));
  await allConnected(resolver);
  expect(new Set(resolver.topology.sentinels.map(({ port }) => port))).toEqual(
    new Set(cluster.sentinels.map(({ port }) => port)),
  );
  const [replica] = await cluster.replicas();
  expect(resolver.replicas().map(formatAddress)).toEqual([replica?.address]);
  const master = await followFailover(cluster, resolver);
  const socket = await resolver.connect(within(20_000));
  expect(socket.remotePort).toBe(master.port);
  socket.destroy();
});

describe('host names, resolved and announced by the sentinels', () => {
  it('are the addresses of masters, replicas and sentinels, and a failover is followed', async () => {
    await using cluster = await startCluster({ hostname: 'localhost', replicas: 1 });
    const { name, sentinels } = cluster;
    await using resolver = createResolver({
      sentinels: `redis+sentinel://localhost:${at(sentinels, 0).port}/${name}`,
    });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(await cluster.master()));
    await allConnected(resolver);
    expect(resolver.topology.sentinels.map(({ host }) => host)).toEqual(Array(3).fill('localhost'));
    expect(resolver.replicas().map(({ host }) => host)).toEqual(['localhost']);
    const master = await followFailover(cluster, resolver);
    expect(master.host).toBe('localhost');
    const socket = await resolver.connect(within(20_000));
    expect(addressOf(socket)).toEqual(addressOnly(master));
    socket.destroy();
  });

  it('are the names that TLS asks for', async () => {
    const tls = selfSignedCertificate({ hosts: ['localhost'] });
    await using cluster = await startCluster({ hostname: 'localhost', replicas: 1, sentinels: 1, tls });
    const [own, ofIp] = [{ tls: { ca: tls.ca } }, { host: '127.0.0.1', port: at(cluster.sentinels, 0).port }];
    await using resolver = resolverOf(cluster, { sentinel: own, node: own });
    await followFailover(cluster, resolver);
    await using byAddress = resolverOf(cluster, { sentinels: [ofIp], sentinel: own, node: own });
    await eventually(() =>
      expect(byAddress.master(overdue())).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' }),
    );
  });
});

const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

it.runIf(hasIPv6)('IPv6: a failover is followed, however the address is spelt', async () => {
  await using cluster = await startCluster({ host: '::1', replicas: 1 });
  const ports = cluster.sentinels.map(({ port }) => port);
  await using resolver = resolverOf(cluster, { sentinels: [`[::1]:${ports[0]}`, `[0:0:0::1]:${ports[1]}`] });
  expect(await resolver.master(within(20_000))).toEqual({ host: '::1', port: at(cluster.nodes, 0).port });
  // Those that are configured as well as learnt are one.
  await allConnected(resolver);
  const master = await followFailover(cluster, resolver);
  const socket = await resolver.connect(within(20_000));
  expect([socket.remoteAddress, socket.remotePort]).toEqual(['::1', master.port]);
  socket.destroy();
});

/** Names that lead where the test says, and may lead elsewhere later. */
class Dns {
  readonly names = new Map<string, string>();
  readonly asked: string[] = [];

  readonly lookup: LookupFunction = (name, options, callback) => {
    this.asked.push(name);
    const address = this.names.get(name);
    if (address === undefined) {
      const error = Object.assign(new Error(`no such name: ${name}`), { code: 'ENOTFOUND' });
      return process.nextTick(() => callback(error, '', 0));
    }
    const found: LookupAddress[] = [{ address, family: 4 }];
    process.nextTick(() => (options.all ? callback(null, found) : callback(null, address, 4)));
  };
}

// A name leads to a host, and only Linux has one for each server without further ado.
describe.runIf(process.platform === 'linux')('DNS that changes', () => {
  it('is asked at every dial: a sentinel is found where its name leads now', async () => {
    await using cluster = await startCluster({ addressing: 'hosts', replicas: 1 });
    const [first, second] = [at(cluster.sentinels, 0), at(cluster.sentinels, 1)];
    const dns = new Dns();
    const names = { host: 'sentinel.example', port: first.port };
    dns.names.set(names.host, first.host);
    await using resolver = resolverOf(cluster, { sentinels: [names], sentinel: { lookup: dns.lookup } });
    await resolver.master(within(20_000));
    await cluster.kill(first);
    dns.names.delete(names.host);
    const before = dns.asked.length;
    // While the name is gone it is asked for again and again.
    await eventually(() => expect(dns.asked.length).toBeGreaterThan(before + 2));
    dns.names.set(names.host, second.host);
    await eventually(() =>
      expect(resolver.topology.sentinels).toContainEqual(
        expect.objectContaining({ ...names, state: 'connected' }),
      ),
    );
    await followFailover(cluster, resolver);
  });

  it('is asked at every dial: each node is reached where its name leads now', async () => {
    await using cluster = await startCluster({ addressing: 'hosts', replicas: 1 });
    const dns = new Dns();
    // As with a headless service: what is announced changes, and there is a name for each.
    const nameOf = (host: string): string => `node-${host.replaceAll('.', '-')}.example`;
    for (const { host } of cluster.nodes) dns.names.set(nameOf(host), host);
    const hosts = new Set(cluster.nodes.map(({ host }) => host));
    await using resolver = resolverOf(cluster, {
      node: { lookup: dns.lookup },
      mapAddress: ({ host, port }) => ({ host: hosts.has(host) ? nameOf(host) : host, port }),
    });
    const old = await cluster.master();
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(old));
    const master = await followFailover(cluster, resolver);
    expect(dns.asked).toContain(nameOf(master.host));
    // The name moves to a node that is no master, and back: what was said to be one is asked at each dial.
    dns.names.set(nameOf(master.host), old.host);
    const before = dns.asked.length;
    const waiting = resolver.connect(within(20_000));
    await eventually(() => expect(dns.asked.slice(before)).toContain(nameOf(master.host)));
    dns.names.set(nameOf(master.host), master.host);
    const socket = await waiting;
    expect(addressOf(socket)).toEqual(addressOnly(master));
    socket.destroy();
  });

  it.each<[string, LookupFunction, RegExp]>([
    ['fails', new Dns().lookup, /no such name: s1\.example/],
    [
      'throws',
      () => {
        throw new Error('the resolver is broken');
      },
      /the resolver is broken/,
    ],
    ['never answers', () => {}, /no connection within 100 ms/],
    [
      'answers nonsense',
      (_, options, callback) =>
        options.all ? callback(null, [{ address: 'nowhere', family: 4 }]) : callback(null, 'nowhere', 4),
      /Invalid IP address: nowhere/,
    ],
  ])('a look-up that %s is told', async (_, lookup, says) => {
    await using resolver = createResolver({
      ...{ name: 'mymaster', sentinels: ['s1.example'], sentinel: { lookup } },
      connectTimeoutMs: 100,
    });
    await eventually(() =>
      expect(resolver.master(overdue())).rejects.toMatchObject({
        code: 'SENTINELS_UNREACHABLE',
        message: expect.stringMatching(says) as string,
      }),
    );
  });
});
