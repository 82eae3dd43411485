import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { expectNoLeaks, type HandleCounts, snapshotHandles } from './leaks.ts';
import type { ClusterNode } from './member.ts';
import { connectRedis, type RedisClient } from './redis-client.ts';
import { toList } from './resp.ts';

// Outside Linux only the way to a member is cut, not the way from it.
describe.runIf(process.platform === 'linux')('isolate', () => {
  let before: HandleCounts;
  let cluster: Cluster;
  let master: ClusterNode;
  const clients: RedisClient[] = [];

  beforeEach(async () => {
    before = snapshotHandles();
    // Two sentinels are left to elect one of them: should they split the vote, they try again after 2 × 2 s.
    cluster = await startCluster({ proxied: true, failoverTimeoutMs: 2000 });
    master = await cluster.master();
  });

  afterEach(async () => {
    for (const one of clients.splice(0)) one.close();
    await cluster.stop();
    await expectNoLeaks(before);
  });

  /** As any client comes: through the proxy. */
  async function client(to: { readonly host: string; readonly port: number }): Promise<RedisClient> {
    const one = await connectRedis({ host: to.host, port: to.port, timeoutMs: 30_000 });
    clients.push(one);
    return one;
  }

  test('a master: silence, another master, and what was held back arrives after the heal', async () => {
    const writer = await client(master);
    await writer.command('SET', 'key', 'before');
    await cluster.isolate(master);
    let answered = false;
    const late = writer.command('SET', 'key', 'during').finally(() => (answered = true));
    const fresh = await client(master);
    const role = fresh.command('ROLE').finally(() => (answered = true));
    const next = await cluster.masterAfter(master);
    expect(answered).toBe(false);
    expect(await master.role()).toBe('master');
    expect(await next.command('GET', 'key')).toBe('before');
    await cluster.heal();
    expect(await late).toBe('OK');
    expect(toList(await role)[0]).toBe('master');
  });

  test('a master and a sentinel, with the clients: each side has its own view', async () => {
    const minority = cluster.sentinelHandles[0];
    const majority = cluster.sentinelHandles[1];
    if (!minority || !majority) throw new Error('three sentinels were to be started');
    await cluster.isolate([master, minority], { clients: 'inside' });
    const next = await cluster.masterAfter(master);
    const inside = await client(master);
    expect(await inside.command('SET', 'key', 'lost')).toBe('OK');
    const asker = await client(minority);
    expect(await asker.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')).toEqual([
      master.host,
      String(master.port),
    ]);
    await cluster.heal();
    await eventually(async () =>
      expect(await asker.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')).toEqual([
        next.host,
        String(next.port),
      ]),
    );
  });

  test('a replica: it does not hear from its master either', async () => {
    const [replica] = await cluster.replicas();
    if (!replica) throw new Error('two replicas were to be started');
    await cluster.isolate(replica);
    const writer = await client(master);
    await writer.command('SET', 'key', 'value');
    // The other replica has it, so this one would, too.
    expect(await writer.command('WAIT', 1, 20_000)).toBe(1);
    expect(await replica.command('GET', 'key')).toBeNull();
    await cluster.heal();
    await eventually(async () => expect(await replica.command('GET', 'key')).toBe('value'));
  });

  test('drop: what is open is reset, what is new is silent', async () => {
    const open = await client(master);
    await cluster.isolate(master, { mode: 'drop' });
    await eventually(() => expect(open.open).toBe(false));
    const fresh = await client(master);
    const pong = fresh.command('PING');
    await cluster.heal();
    expect(await pong).toBe('PONG');
  });

  test('refuse: what is open is reset, what is new is refused', async () => {
    const open = await client(master);
    await cluster.isolate(master, { mode: 'refuse' });
    await eventually(() => expect(open.open).toBe(false));
    await expect(client(master)).rejects.toThrow('ECONNREFUSED');
    await cluster.heal();
    expect(await (await client(master)).command('PING')).toBe('PONG');
  });

  test('a proxy can delay and cut', async () => {
    const one = await client(master);
    const proxy = cluster.proxy(master);
    proxy.delayMs = 20;
    const sentMs = performance.now();
    await one.command('PING');
    // Only a lower bound, since a busy machine may be later. Timers may fire a fraction early.
    expect(performance.now() - sentMs).toBeGreaterThan(38);
    proxy.cut();
    await eventually(() => expect(one.open).toBe(false));
  });

  test('clients can be on both sides', async () => {
    await cluster.isolate(master, { clients: 'both' });
    const next = await cluster.masterAfter(master);
    const heard = await Promise.all([master, next].map(async (node) => (await client(node)).command('PING')));
    expect(heard).toEqual(['PONG', 'PONG']);
  });
});
