import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { expectNoLeaks, snapshotHandles } from './leaks.ts';

test('an open server and a timer are named, closed ones are not', async () => {
  const before = snapshotHandles();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(client, 'connect');
  const timer = setInterval(() => {}, 1000);
  await expect(expectNoLeaks(before, { timeoutMs: 0 })).rejects.toThrow(/left over: .*TCPServerWrap/);
  await expect(expectNoLeaks(before, { timeoutMs: 0 })).rejects.toThrow(/1 × Timeout/);
  clearInterval(timer);
  client.destroy();
  server.close();
  await expectNoLeaks(before);
});

test('what was unreferenced does not count', async () => {
  const before = snapshotHandles();
  const timer = setInterval(() => {}, 1000).unref();
  await expect(expectNoLeaks(before, { timeoutMs: 0 })).resolves.toBeUndefined();
  clearInterval(timer);
});
