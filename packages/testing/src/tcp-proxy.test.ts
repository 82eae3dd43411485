import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { expectNoLeaks, type HandleCounts, snapshotHandles } from './leaks.ts';
import { startProxy, type TcpProxy, type TcpProxyOptions } from './tcp-proxy.ts';

describe('TcpProxy', () => {
  let before: HandleCounts;
  let echo: Server;
  let proxies: TcpProxy[];
  const peers = new Set<Socket>();

  beforeEach(async () => {
    before = snapshotHandles();
    proxies = [];
    echo = createServer({ allowHalfOpen: true }, (socket) => {
      peers.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => peers.delete(socket));
      socket.pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
  });

  afterEach(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await eventually(() => peers.size === 0, { what: 'the server to lose its connections' });
    await new Promise((resolve) => echo.close(resolve));
    await expectNoLeaks(before);
  });

  async function start(options: Partial<TcpProxyOptions> = {}): Promise<TcpProxy> {
    const { port } = echo.address() as AddressInfo;
    const proxy = await startProxy({ to: { host: '127.0.0.1', port }, ...options });
    proxies.push(proxy);
    return proxy;
  }

  test('passes bytes both ways, and the end of the stream', async () => {
    const proxy = await start();
    const client = await dial(proxy);
    client.socket.write('hello');
    await eventually(() => expect(client.text).toBe('hello'));
    expect(proxy.connections).toBe(1);
    client.socket.end(' world');
    await client.closed;
    expect(client.text).toBe('hello world');
    await eventually(() => expect(proxy.connections).toBe(0));
  });

  test('passes more than the buffers hold', async () => {
    const proxy = await start();
    const client = await dial(proxy);
    const size = 8 * 1024 * 1024;
    client.socket.end(Buffer.alloc(size, 'x'));
    await client.closed;
    expect(client.text.length).toBe(size);
  });

  test('a black hole holds everything back until it passes again', async () => {
    const proxy = await start();
    const client = await dial(proxy);
    client.socket.write('a');
    await eventually(() => expect(client.text).toBe('a'));
    await proxy.setMode('blackhole');
    client.socket.write('b');
    const late = await dial(proxy);
    late.socket.write('late');
    await eventually(() => expect(proxy.connections).toBe(2));
    // What came through would be there: a byte that goes around another connection takes longer.
    await roundTrip(echo);
    await eventually(() => expect(peers.size).toBe(1));
    expect([client.text, late.text]).toEqual(['a', '']);
    await proxy.setMode('pass');
    await eventually(() => expect([client.text, late.text]).toEqual(['ab', 'late']));
    client.socket.destroy();
    late.socket.destroy();
  });

  test('nobody hears of a disconnect across a black hole', async () => {
    const proxy = await start();
    const client = await dial(proxy);
    client.socket.write('a');
    await eventually(() => expect(client.text).toBe('a'));
    await proxy.setMode('blackhole');
    for (const peer of peers) peer.resetAndDestroy();
    await roundTrip(echo);
    expect(client.socket.destroyed).toBe(false);
    await proxy.setMode('pass');
    await client.closed;
  });

  test('leaves those who are connected on a dead line, and serves new ones', async () => {
    const proxy = await start();
    const client = await dial(proxy);
    client.socket.write('a');
    await eventually(() => expect(client.text).toBe('a'));
    proxy.strand();
    client.socket.write('b');
    const late = await dial(proxy);
    late.socket.write('late');
    await eventually(() => expect(late.text).toBe('late'));
    expect([client.text, client.socket.destroyed]).toEqual(['a', false]);
    client.socket.destroy();
    late.socket.destroy();
    await eventually(() => expect(proxy.connections).toBe(0));
  });

  test('refuses, and resets what is open', async () => {
    const proxy = await start();
    const client = await dial(proxy);
    client.socket.write('a');
    await eventually(() => expect(client.text).toBe('a'));
    await proxy.setMode('refuse');
    await client.closed;
    await expect(dial(proxy)).rejects.toThrow('ECONNREFUSED');
    const { port } = proxy;
    await proxy.setMode('pass');
    expect(proxy.port).toBe(port);
    const again = await dial(proxy);
    again.socket.destroy();
  });

  test('begins in the mode it is given', async () => {
    const proxy = await start({ mode: 'refuse' });
    await expect(dial(proxy)).rejects.toThrow('ECONNREFUSED');
  });

  test('cuts once', async () => {
    const proxy = await start();
    const client = await dial(proxy);
    await eventually(() => expect(proxy.connections).toBe(1));
    proxy.cut();
    await client.closed;
    const next = await dial(proxy);
    next.socket.end('still there');
    await next.closed;
    expect(next.text).toBe('still there');
  });

  test('is closed to the client when the server refuses', async () => {
    const proxy = await start({ to: { host: '127.0.0.1', port: 1 } });
    const client = await dial(proxy);
    await client.closed;
    expect(proxy.connections).toBe(0);
  });

  test('leads new connections elsewhere', async () => {
    const proxy = await start({ to: { host: '127.0.0.1', port: 1 } });
    proxy.to = { host: '127.0.0.1', port: (echo.address() as AddressInfo).port };
    const client = await dial(proxy);
    client.socket.end('here');
    await client.closed;
    expect(client.text).toBe('here');
  });

  test('drips', async () => {
    const proxy = await start({ throttle: { bytes: 1, everyMs: 1 } });
    const client = await dial(proxy);
    const chunks: number[] = [];
    client.socket.on('data', (bytes: Buffer) => chunks.push(bytes.length));
    client.socket.end('drop by drop');
    await client.closed;
    expect(client.text).toBe('drop by drop');
    expect(chunks.length).toBeGreaterThan(1);
  });

  test('delays both ways', async () => {
    const proxy = await start({ delayMs: 20 });
    const client = await dial(proxy);
    const sentMs = performance.now();
    client.socket.end('late');
    await client.closed;
    expect(client.text).toBe('late');
    // Only a lower bound, since a busy machine may be later. Timers may fire a fraction early.
    expect(performance.now() - sentMs).toBeGreaterThan(38);
  });
});

interface Client {
  readonly socket: Socket;
  readonly text: string;
  readonly closed: Promise<void>;
}

async function dial({ host, port }: { host: string; port: number }): Promise<Client> {
  const socket = connect({ host, port, allowHalfOpen: true });
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  socket.on('error', () => {});
  return {
    socket,
    closed,
    get text() {
      return text;
    },
  };
}

async function roundTrip(server: Server): Promise<void> {
  const client = await dial({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  client.socket.end('around');
  await client.closed;
}
