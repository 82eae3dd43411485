import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { expectNoLeaks, snapshotHandles } from './leaks.ts';
import { reset } from './reset.ts';

test.each([
  ['open', () => {}],
  ['just ended', (socket: Socket) => socket.end()],
] satisfies [string, (socket: Socket) => void][])(
  'leaves no handle of a socket that is %s',
  async (_, prepare) => {
    const before = snapshotHandles();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    const [socket] = (await once(server, 'connection')) as [Socket];
    const closed = once(socket, 'close');
    client.on('error', () => {});
    prepare(socket);
    reset(socket);
    await closed;
    expect(socket.destroyed).toBe(true);
    client.destroy();
    server.close();
    await expectNoLeaks(before);
  },
);
