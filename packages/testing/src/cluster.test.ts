import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { issueCertificate, selfSignedCertificate } from './certificate.ts';
import { type Cluster, startCluster } from './cluster.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { eventually } from './eventually.ts';
import { expectNoLeaks, type HandleCounts, snapshotHandles } from './leaks.ts';
import type { Member } from './member.ts';
import { connectRedis } from './redis-client.ts';
import { toList } from './resp.ts';
import { serverBinary } from './server-binary.ts';

describe('Cluster', () => {
  let before: HandleCounts;
  let clusters: Cluster[];

  beforeEach(() => {
    before = snapshotHandles();
    clusters = [];
  });

  afterEach(async () => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
    await expectNoLeaks(before);
  });

  async function start(options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = await startCluster(options);
    clusters.push(cluster);
    return cluster;
  }

  describe('start', () => {
    test('replicates, and every sentinel is ready for a failover', async () => {
      const cluster = await start();
      const master = await cluster.master();
      expect([cluster.nodes.length, cluster.sentinels.length, master]).toEqual([3, 3, cluster.nodes[0]]);
      using client = await master.client({ timeoutMs: 30_000 });
      await client.command('SET', 'key', 'value');
      expect(await client.command('WAIT', 2, 20_000)).toBe(2);
      for (const replica of await cluster.replicas())
        expect(await replica.command('GET', 'key')).toBe('value');
      for (const i of cluster.sentinels.keys()) {
        expect(await cluster.sentinelCommand(i, 'SENTINEL', 'CKQUORUM', 'mymaster')).toMatch(/^OK 3 usable/);
        expect(toList(await cluster.sentinelCommand(i, 'SENTINEL', 'REPLICAS', 'mymaster'))).toHaveLength(2);
      }
    });

    test('several at once keep apart', async () => {
      const all = await Promise.all([start(), start({ replicas: 1 }), start({ sentinels: 1 })]);
      const addresses = all
        .flatMap((cluster) => [...cluster.nodes, ...cluster.sentinelHandles])
        .map((one) => one.address);
      expect(new Set(addresses).size).toBe(6 + 5 + 4);
      const [first, second] = all;
      const old = await first.master();
      await first.kill(old);
      await first.masterAfter(old);
      expect(await second.master()).toBe(second.nodes[0]);
    });

    test('takes passwords', async () => {
      const cluster = await start({ nodePassword: 'say "hi"', sentinelPassword: 'other', replicas: 1 });
      const master = await cluster.master();
      await expect(ping(master)).rejects.toThrow('NOAUTH');
      await expect(ping(master, { password: 'say "hi"' })).resolves.toBe('PONG');
      await expect(ping(cluster.sentinels[0], { password: 'other' })).resolves.toBe('PONG');
    });

    test('takes ACL users, even ones that lock the default user out', async () => {
      const users = ['user default off', 'user app on >secret ~* &* +@all'];
      const cluster = await start({ nodeUsers: users, sentinelUsers: users, replicas: 1 });
      const master = await cluster.master();
      await expect(ping(master)).rejects.toThrow('NOAUTH');
      for (const member of [master, cluster.sentinels[0]]) {
        await expect(ping(member, { username: 'app', password: 'secret' })).resolves.toBe('PONG');
      }
    });

    test('takes a certificate', async () => {
      const tls = selfSignedCertificate();
      const cluster = await start({ tls, replicas: 1 });
      for (const member of [await cluster.master(), cluster.sentinels[0]]) {
        await expect(ping(member)).rejects.toThrow(/closed the connection|ECONNRESET/);
        await expect(ping(member, { ca: tls.ca })).resolves.toBe('PONG');
      }
    });

    test('takes a certificate that it asks its clients for as well', async () => {
      const tls = selfSignedCertificate();
      const demand = { 'tls-auth-clients': 'yes' };
      const cluster = await start({ tls, replicas: 1, nodeConfig: demand, sentinelConfig: demand });
      for (const member of [await cluster.master(), cluster.sentinels[0]]) {
        await expect(ping(member, { ca: tls.ca })).rejects.toThrow(/alert|closed the connection|ECONNRESET/);
        await expect(ping(member, issueCertificate(tls))).resolves.toBe('PONG');
      }
    });

    test('takes several names and further directives', async () => {
      const cluster = await start({
        names: ['one', 'two'],
        replicas: 1,
        sentinels: 1,
        nodeConfig: { maxmemory: '9mb' },
        sentinelConfig: { maxclients: '99' },
      });
      expect(cluster.nodes.map((node) => node.name)).toEqual(['one', 'one', 'two', 'two']);
      const old = await cluster.master('two');
      expect(await old.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', String(9 * 1024 * 1024)]);
      expect(await cluster.sentinelCommand(0, 'INFO', 'clients')).toContain('maxclients:99');
      await cluster.failover('two');
      expect((await cluster.masterAfter(old)).name).toBe('two');
      expect(await cluster.master()).toBe(cluster.nodes[0]);
    });

    test.runIf(process.platform === 'linux')(
      'gives each server a host, and one port to all of a kind',
      async () => {
        const cluster = await start({ addressing: 'hosts' });
        expect(new Set(cluster.nodes.map(({ port }) => port)).size).toBe(1);
        expect(new Set(cluster.sentinels.map(({ port }) => port)).size).toBe(1);
        const hosts = [...cluster.nodes, ...cluster.sentinels].map(({ host }) => host);
        expect(new Set(hosts).size).toBe(6);
        const old = await cluster.master();
        await cluster.failover();
        await cluster.masterAfter(old);
      },
    );

    test('reports the log of a server that does not start', async () => {
      await expect(start({ nodeConfig: { 'no-such-directive': 'x' } })).rejects.toThrow(/no-such-directive/);
    });

    test('takes other ports when one was taken in the meantime', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'cluster-test-'));
      const server = join(folder, 'server');
      // A server that cannot bind the first time, and a real one from then on.
      const unlucky = `[ -e "${folder}/tried" ] || { touch "${folder}/tried"; echo "bind: Address already in use"; exit 1; }`;
      writeFileSync(server, `#!/bin/sh\n${unlucky}\nexec "${serverBinary()}" "$@"\n`, { mode: 0o755 });
      const cluster = await start({ server, replicas: 1, sentinels: 1 });
      expect(existsSync(join(folder, 'tried'))).toBe(true);
      expect(await cluster.master()).toBe(cluster.nodes[0]);
      rmSync(folder, { recursive: true });
    });

    test('reports a missing server and wrong options', async () => {
      await expect(start({ server: '/nowhere/redis-server' })).rejects.toThrow(/ended at once[^]*ENOENT/);
      await expect(start({ sentinels: 0 })).rejects.toThrow(
        'sentinels must be a whole number from 1; it is 0.',
      );
      await expect(start({ names: ['a', 'a'] })).rejects.toThrow(
        'names must hold at least one name and none twice',
      );
    });
  });

  describe('stop', () => {
    test('leaves no process and no folder, whatever state the servers are in', async () => {
      const cluster = await start({ proxied: true });
      const [first, second, third] = cluster.nodes;
      const pids = [...cluster.nodes, ...cluster.sentinelHandles].map(({ pid }) => pid);
      if (!first || !second || !third) throw new Error('three nodes were to be started');
      await cluster.freeze(first);
      await cluster.kill(second);
      await cluster.isolate(third);
      const client = await connectRedis({ host: third.host, port: third.port });
      await Promise.all([cluster.stop(), cluster.stop()]);
      await cluster.stop();
      expect(pids.filter(isAlive)).toEqual([]);
      expect(existsSync(cluster.folder)).toBe(false);
      await eventually(() => expect(client.open).toBe(false));
    });

    test('happens at the end of a block', async () => {
      let pids: (number | undefined)[];
      {
        await using cluster = await startCluster({ replicas: 0, sentinels: 1 });
        pids = [...cluster.nodes, ...cluster.sentinelHandles].map(({ pid }) => pid);
        expect(pids.every(isAlive)).toBe(true);
      }
      expect(pids.filter(isAlive)).toEqual([]);
    });
  });

  describe('faults', () => {
    test('kill: another node becomes the master, and the old one comes back as it was', async () => {
      const cluster = await start();
      const old = await cluster.master();
      await cluster.kill(old);
      expect([old.pid, old.state]).toEqual([undefined, 'stopped']);
      await expect(ping(old)).rejects.toThrow('ECONNREFUSED');
      const master = await cluster.masterAfter(old);
      expect(await master.role()).toBe('master');
      await cluster.restart(old);
      expect(await old.role()).toBe('master');
      // Demoted at last: nobody is left who thinks otherwise. On a busy machine the sentinels may have chosen twice.
      expect(await cluster.settled()).not.toBe(old);
      expect(await old.role()).toBe('replica');
    });

    test('freeze: the port is open and nobody answers, until thaw', async () => {
      const cluster = await start();
      const old = await cluster.master();
      await cluster.freeze(old.address);
      expect(old.state).toBe('frozen');
      // A short deadline, for an answer that cannot come.
      await expect(ping(old, { timeoutMs: 100 })).rejects.toThrow('gave no reply to PING');
      const master = await cluster.masterAfter(old);
      await cluster.thaw(old);
      expect(await old.role()).toBe('master');
      expect(await master.role()).toBe('master');
    });

    test('a sentinel can be frozen and killed as well', async () => {
      const cluster = await start({ replicas: 1 });
      const [first, second] = cluster.sentinels;
      if (!first || !second) throw new Error('three sentinels were to be started');
      await cluster.freeze(first);
      await expect(ping(first, { timeoutMs: 100 })).rejects.toThrow('gave no reply to PING');
      expect(await cluster.master()).toBe(cluster.nodes[0]);
      await cluster.thaw(first);
      await cluster.kill(second);
      await expect(ping(second)).rejects.toThrow('ECONNREFUSED');
      expect(await cluster.master()).toBe(cluster.nodes[0]);
    });

    test('failover: by the sentinel that is asked, one after the other', async () => {
      const cluster = await start({ replicas: 1 });
      await using observer = await cluster.observe();
      const [first, second] = cluster.nodes;
      const leader = cluster.sentinelHandles[2];
      if (!first || !second || !leader) throw new Error('two nodes and three sentinels were to be started');
      await cluster.failover('mymaster', { via: leader });
      expect(await cluster.masterAfter(first)).toBe(second);
      expect(observer.events.find(({ channel }) => channel === '+elected-leader')?.sentinel).toBe(
        leader.address,
      );
      // The next one is refused while this one is in progress, and while the old master is not a replica yet.
      await cluster.failover('mymaster', { timeoutMs: 30_000 });
      expect(await cluster.masterAfter(second)).toBe(first);
    });

    test('wrong names are named', async () => {
      const cluster = await start({ replicas: 0, sentinels: 1 });
      await expect(cluster.kill('127.0.0.1:1')).rejects.toThrow(
        '127.0.0.1:1 is not a member of this cluster.',
      );
      await expect(cluster.stopSentinel(7)).rejects.toThrow('There is no sentinel 7.');
      await expect(cluster.isolate('127.0.0.1:1')).rejects.toThrow('`proxied: true`');
      expect(() => cluster.node(cluster.sentinels[0] ?? '')).toThrow('is a sentinel, not a node');
      await expect(cluster.failover('nobody', { timeoutMs: 0 })).rejects.toThrow(
        'No such master with that name',
      );
    });
  });

  describe('sentinels', () => {
    test('can all be replaced, and a failover still works', async () => {
      const cluster = await start();
      const old = [0, 1, 2];
      for (const i of old) {
        const sentinel = await cluster.addSentinel();
        expect(cluster.sentinels.at(-1)).toEqual({ host: sentinel.host, port: sentinel.port });
        await cluster.stopSentinel(i);
      }
      await cluster.resetSentinels();
      for (const i of [3, 4, 5]) {
        const others = toList(await cluster.sentinelCommand(i, 'SENTINEL', 'SENTINELS', 'mymaster'));
        expect(others).toHaveLength(2);
        expect(await cluster.sentinelCommand(i, 'SENTINEL', 'CKQUORUM', 'mymaster')).toMatch(/^OK 3 usable/);
      }
      const master = await cluster.master();
      await cluster.kill(master);
      await cluster.masterAfter(master);
    });

    test('one that was away learns what has happened', async () => {
      const cluster = await start({ replicas: 1 });
      const old = await cluster.master();
      await cluster.stopSentinel(0);
      await cluster.failover();
      const master = await cluster.masterAfter(old);
      await cluster.startSentinel(0);
      await eventually(async () =>
        expect(await cluster.sentinelCommand(0, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')).toEqual([
          master.host,
          String(master.port),
        ]),
      );
    });
  });
});

async function ping(
  to: { readonly host: string; readonly port: number } | undefined,
  options: Partial<Parameters<typeof connectRedis>[0]> = {},
): Promise<unknown> {
  if (!to) throw new Error('there is nobody to ask');
  using client = await connectRedis({ host: to.host, port: to.port, ...options });
  return await client.command('PING');
}

function isAlive(pid: Member['pid']): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    // A child that nobody has waited for is not alive.
    return process.platform !== 'linux' || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
