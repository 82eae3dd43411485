import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { eventually, startCluster, startFakeNode, startFakeSentinel } from '@switchmaster/testing';
import { describe, expect, test } from 'vitest';
import { addressOf, createResolver, formatAddress } from '../src/index.ts';
import { loopback, quickResolver, startFakes } from './support.ts';

describe('a dead line', () => {
  test('to a master that is well is noticed, and whoever was on such a line may dial again', async () => {
    await using cluster = await startCluster({ proxied: true });
    await using resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
    const socket = await resolver.connect();
    const faults: unknown[] = [];
    const moves: unknown[] = [];
    socket.on('error', (error) => faults.push(error));
    resolver.follow({ hold: (why) => moves.push(why), move: (to) => moves.push(to), release: () => {} });
    const master = await cluster.master();

    const closed = new Promise((resolve) => socket.once('close', resolve));
    cluster.proxy(master).strand((source) => source === '127.0.0.1');
    await closed;

    expect(faults).toMatchObject([
      { code: 'MASTER_UNREACHABLE', message: expect.stringContaining(master.address) as unknown },
    ]);
    const again = await resolver.connect();
    const address = addressOf(again);
    expect(address && formatAddress(address)).toBe(master.address);
    again.write('PING\r\n');
    expect(String((await once(again, 'data'))[0])).toBe('+PONG\r\n');
    again.destroy();
    expect(moves).toEqual([]);
  });

  test('is not what a master has that was slow for everybody', async () => {
    await using master = await startFakeNode({ host: loopback });
    await using sentinel = await startFakeSentinel({ host: loopback, master });
    await using resolver = quickResolver({ sentinels: [sentinel], commandTimeoutMs: 4000 });
    const socket = await resolver.connect();
    const asked = (): number => master.received.filter(({ text }) => text === 'ROLE').length;

    master.hang('role');
    const before = asked();
    // The one who asks each 100 ms, and after two seconds of silence the fresh one. Two more are left until it is late.
    await eventually(() => expect(asked()).toBe(before + 2));
    master.resume();
    await eventually(() => expect(asked()).toBeGreaterThan(before + 6));

    expect([socket.destroyed, resolver.topology.phase]).toEqual([false, 'following']);
    socket.destroy();
  });
});

test('each line has the same properties, so that to V8 all are of one kind', async () => {
  const dialled: Socket[] = [];
  const note = (message: unknown): void => void dialled.push((message as { socket: Socket }).socket);
  subscribe('net.client.socket', note);
  try {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    const handedOut = await resolver.connect();
    const [kind, ...others] = new Set(dialled.map((socket) => Reflect.ownKeys(socket).map(String).join()));

    expect(dialled.length).toBeGreaterThan(fakes.addresses.length);
    expect(dialled).toContain(handedOut);
    expect(kind).toContain('switchmaster.address');
    expect(others).toEqual([]);
    handedOut.destroy();
  } finally {
    unsubscribe('net.client.socket', note);
  }
});
