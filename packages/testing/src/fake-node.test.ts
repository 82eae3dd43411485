import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { type FakeNode, startFakeNode } from './fake-node.ts';
import { expectNoLeaks, type HandleCounts, snapshotHandles } from './leaks.ts';
import { connectRedis, type RedisClient } from './redis-client.ts';

const master = { host: '10.0.0.1', port: 6379 };

describe('FakeNode', () => {
  let before: HandleCounts;
  let node: FakeNode;
  let client: RedisClient;

  beforeEach(async () => {
    before = snapshotHandles();
    node = await startFakeNode({ role: 'replica', master });
    client = await connectRedis(node);
  });

  afterEach(async () => {
    client.close();
    await node.close();
    await expectNoLeaks(before);
  });

  test('says its role', async () => {
    expect(await client.command('ROLE')).toEqual(['slave', '10.0.0.1', 6379, 'connected', 0]);
    node.role = 'master';
    node.replicas = [{ host: '10.0.0.2', port: 6380 }];
    node.offset = 7;
    expect(await client.command('ROLE')).toEqual(['master', 7, [['10.0.0.2', '6380', '7']]]);
  });

  test('says it in INFO and HELLO as well', async () => {
    node.link = 'connect';
    expect(await client.command('INFO', 'replication')).toMatch(
      /role:slave\r\nmaster_host:10.0.0.1[^]*link_status:down/,
    );
    expect(await client.command('HELLO', '2')).toEqual(expect.arrayContaining(['role', 'replica']));
    node.role = 'master';
    expect(await client.command('INFO')).toMatch(/role:master\r\nconnected_slaves:0/);
  });

  test('takes writes as a master only', async () => {
    await expect(client.command('SET', 'key', 'value')).rejects.toThrow('READONLY');
    node.role = 'master';
    expect(await client.command('SET', 'key', 'value')).toBe('OK');
    expect(await client.command('GET', 'key')).toBe('value');
    await expect(client.command('LPUSH', 'key', 'x')).rejects.toThrow("unknown command 'LPUSH'");
  });

  test.each(['promote', 'demote'] as const)('disconnects its clients when it is told to %s', async (verb) => {
    if (verb === 'promote') node.promote();
    else node.demote(master);
    await eventually(() => expect(client.open).toBe(false));
    const again = await connectRedis(node);
    const [role] = (await again.command('ROLE')) as string[];
    expect(role).toBe(verb === 'promote' ? 'master' : 'slave');
    again.close();
  });
});
