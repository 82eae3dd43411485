import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { type FakeSentinel, startFakeSentinel } from './fake-sentinel.ts';
import { expectNoLeaks, type HandleCounts, snapshotHandles } from './leaks.ts';
import { connectRedis } from './redis-client.ts';

describe('RedisClient', () => {
  let before: HandleCounts;
  let server: FakeSentinel;

  beforeEach(async () => {
    before = snapshotHandles();
    server = await startFakeSentinel();
  });

  afterEach(async () => {
    await server.close();
    await expectNoLeaks(before);
  });

  test('answers in order', async () => {
    using client = await connectRedis(server);
    const replies = ['a', 'b', 'c'].map((text) => client.command('PING', text));
    expect(await Promise.all(replies)).toEqual(['a', 'b', 'c']);
  });

  test('rejects an error reply and goes on', async () => {
    using client = await connectRedis(server);
    await expect(client.command('FLUSHALL')).rejects.toMatchObject({ name: 'ReplyError', code: 'ERR' });
    expect(await client.command('PING')).toBe('PONG');
  });

  test('gives up an overdue reply, and the connection with it', async () => {
    server.hang('ping');
    // A short deadline, for a reply that never comes.
    using client = await connectRedis({ ...address(server), timeoutMs: 20 });
    await expect(client.command('PING')).rejects.toThrow(/gave no reply to PING within 20 ms/);
    expect(client.open).toBe(false);
    await expect(client.command('PING')).rejects.toThrow(/gave no reply/);
  });

  test('tells when the connection is gone', async () => {
    let closed = 0;
    server.hang('ping');
    using client = await connectRedis({ ...address(server), onClose: () => (closed += 1) });
    const failed = client.command('PING').catch((error: unknown) => error);
    await eventually(() => expect(server.received).toHaveLength(1));
    server.dropConnections();
    expect(String(await failed)).toMatch(/closed the connection|ECONNRESET/);
    await eventually(() => expect(closed).toBe(1));
  });

  test('rejects when it cannot connect or authenticate', async () => {
    server.reply('auth', '-WRONGPASS no\r\n');
    await expect(connectRedis({ ...address(server), password: 'x' })).rejects.toThrow('WRONGPASS');
    await server.refuse();
    await expect(connectRedis(server)).rejects.toThrow('ECONNREFUSED');
  });
});

function address({ host, port }: FakeSentinel): { host: string; port: number } {
  return { host, port };
}
