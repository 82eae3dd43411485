import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { whileAwake } from './awake.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { expectNoLeaks, type HandleCounts, snapshotHandles } from './leaks.ts';
import type { Observer } from './observer.ts';

describe('Observer', () => {
  let before: HandleCounts;
  let cluster: Cluster;
  let observer: Observer;

  beforeEach(async () => {
    before = snapshotHandles();
    // Nobody is taken for down in the meantime.
    cluster = await startCluster({ downAfterMs: 60_000 });
    observer = await cluster.observe();
  });

  afterEach(async () => {
    await cluster.stop();
    await expectNoLeaks(before);
  });

  test('knows every role from the beginning', async () => {
    await using patient = await cluster.observe({ hungAfterMs: 60_000 });
    expect(cluster.nodes.map(({ address }) => patient.role(address))).toEqual([
      'master',
      'replica',
      'replica',
    ]);
    expect(patient.roleChanges).toHaveLength(3);
  });

  test('sees nodes hang, die and come back, which is no promotion', async () => {
    const [node] = cluster.nodes;
    if (!node) throw new Error('three nodes were to be started');
    const roles = (): string[] =>
      observer.roleChanges.filter((seen) => seen.node === node.address).map(({ role }) => role);
    await cluster.freeze(node);
    await eventually(() => expect(roles().at(-1)).toBe('hung'));
    await cluster.thaw(node);
    await eventually(() => expect(roles().at(-1)).toBe('master'));
    await cluster.kill(node);
    await eventually(() => expect(roles().at(-1)).toBe('down'));
    await cluster.restart(node);
    await eventually(() => expect(roles().at(-1)).toBe('master'));
    expect(observer.promotedAt(node.address)).toBeUndefined();
  });

  test('follows a sentinel that is added, and one that comes back', async () => {
    const added = await cluster.addSentinel();
    await cluster.stopSentinel(0);
    await cluster.startSentinel(0);
    const voices = new Set<string>();
    const all = [added, ...cluster.sentinelHandles].map(({ address }) => address);
    await eventually(async () => {
      // Each says that something was set, if somebody listens.
      for (const i of cluster.sentinels.keys()) {
        await cluster.sentinelCommand(i, 'SENTINEL', 'SET', 'mymaster', 'parallel-syncs', 1);
      }
      for (const { sentinel, channel } of observer.events) if (channel === '+set') voices.add(sentinel);
      expect(voices).toEqual(new Set(all));
    });
  });

  test('says what it has seen when it waits in vain', async () => {
    const waiting = observer.waitFor(() => false, { timeoutMs: 10 });
    await expect(waiting).rejects.toThrow(/within 10 ms\. Roles: .* is master/);
  });

  test('records nothing after it is closed', async () => {
    await observer.close();
    const count = observer.roleChanges.length;
    await cluster.kill(await cluster.master());
    expect(observer.roleChanges).toHaveLength(count);
    await observer.close();
  });
});

test('an observer records a failover in the order in which it happens', () =>
  whileAwake(async () => {
    await using cluster = await startCluster();
    await using observer = await cluster.observe();
    const old = await cluster.master();
    const sinceMs = performance.now();
    await cluster.failover();
    const { atMs } = await observer.waitFor(
      (seen) => seen.kind === 'event' && seen.channel === '+switch-master',
    );
    const master = await cluster.masterAfter(old);
    const selected = observer.events.find(({ channel }) => channel === '+selected-slave');
    const promotedMs = observer.promotedAt(master.address, { afterMs: sinceMs });
    expect(selected?.payload).toContain(master.address);
    expect(selected?.atMs).toBeGreaterThan(sinceMs);
    expect(promotedMs).toBeGreaterThan(selected?.atMs ?? Infinity);
    expect(promotedMs).toBeLessThan(atMs);
    expect(observer.firstSwitchMasterAt()).toBe(atMs);
    expect(observer.firstSwitchMasterAt({ afterMs: atMs, name: 'other' })).toBeUndefined();
    expect(observer.promotedAt(old.address)).toBeUndefined();
    expect(Math.abs((selected?.wallMs ?? 0) - Date.now())).toBeLessThan(60_000);
  }));
