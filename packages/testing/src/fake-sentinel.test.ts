import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Address } from './address.ts';
import { selfSignedCertificate } from './certificate.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { type FakeSentinel, type FakeSentinelOptions, startFakeSentinel } from './fake-sentinel.ts';
import { expectNoLeaks, type HandleCounts, snapshotHandles } from './leaks.ts';
import { connectRedis, type RedisClient, type RedisClientOptions } from './redis-client.ts';
import { encodeCommand, type RespMessage, RespParser, toList } from './resp.ts';

const master = { host: '10.0.0.1', port: 6379 };
const replica = { host: '10.0.0.2', port: 6379 };

describe('FakeSentinel', () => {
  let before: HandleCounts;
  const opened: (FakeSentinel | RedisClient)[] = [];

  beforeEach(() => {
    before = snapshotHandles();
  });

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    await expectNoLeaks(before);
  });

  async function fake(options: FakeSentinelOptions = {}): Promise<FakeSentinel> {
    const sentinel = await startFakeSentinel({ master, ...options });
    opened.push(sentinel);
    return sentinel;
  }

  async function client(to: Address, options: Partial<RedisClientOptions> = {}): Promise<RedisClient> {
    const one = await connectRedis({ host: to.host, port: to.port, ...options });
    opened.push(one);
    return one;
  }

  test('answers for its master, as it is at the time', async () => {
    const sentinel = await fake({ configEpoch: 4, replicas: [replica] });
    const asker = await client(sentinel);
    expect(await asker.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')).toEqual([
      '10.0.0.1',
      '6379',
    ]);
    sentinel.master = replica;
    sentinel.configEpoch = 5;
    expect(await asker.command('sentinel', 'get-master-addr-by-name', 'mymaster')).toEqual([
      '10.0.0.2',
      '6379',
    ]);
    expect(field(await asker.command('SENTINEL', 'MASTER', 'mymaster'), 'config-epoch')).toBe('5');
    expect(await asker.command('SENTINEL', 'MYID')).toBe(sentinel.id);
    expect(sentinel.received.map(({ text }) => text)).toContain('SENTINEL MASTER mymaster');
  });

  test('watches several masters', async () => {
    const sentinel = await fake({ name: 'one' });
    sentinel.monitor('two', { master: replica });
    const asker = await client(sentinel);
    expect(await asker.command('ROLE')).toEqual(['sentinel', ['one', 'two']]);
    expect(await asker.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'two')).toEqual(['10.0.0.2', '6379']);
    sentinel.forget('two');
    expect(await asker.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'two')).toBeNull();
    expect(() => sentinel.group('two')).toThrow('watches [one], not two');
  });

  test('lists what it is told, and its quorum follows', async () => {
    const others = [
      { host: '10.0.1.2', port: 26379 },
      { host: '10.0.1.3', port: 26379 },
    ];
    const sentinel = await fake({ replicas: [{ ...replica, fields: { flags: 'slave,s_down' } }], others });
    const asker = await client(sentinel);
    const [row = null] = toList(await asker.command('SENTINEL', 'REPLICAS', 'mymaster'));
    expect([field(row, 'ip'), field(row, 'flags')]).toEqual(['10.0.0.2', 'slave,s_down']);
    expect(await asker.command('SENTINEL', 'CKQUORUM', 'mymaster')).toMatch(/^OK 3 usable Sentinels/);
    sentinel.others = others.map((other) => ({ ...other, fields: { flags: 'sentinel,s_down' } }));
    await expect(asker.command('SENTINEL', 'CKQUORUM', 'mymaster')).rejects.toThrow(/^NOQUORUM 1 usable/);
  });

  test('publishes to those who listen, in RESP2', async () => {
    const sentinel = await fake();
    const heard: string[] = [];
    const listener = await client(sentinel, {
      onMessage: (channel, payload) => heard.push(`${channel} ${payload}`),
    });
    await listener.command('PSUBSCRIBE', '+s?itch-*');
    sentinel.publish('+sdown', 'master mymaster 10.0.0.1 6379');
    sentinel.switchMaster(replica);
    await eventually(() => expect(heard).toEqual(['+switch-master mymaster 10.0.0.1 6379 10.0.0.2 6379']));
    expect([sentinel.master, sentinel.configEpoch]).toEqual([replica, 1]);
    expect(await listener.command('PING')).toEqual(['pong', '']);
    await expect(listener.command('SENTINEL', 'MASTERS')).rejects.toThrow("Can't execute 'sentinel|masters'");
  });

  test('says of a replica what sentinels say', async () => {
    const sentinel = await fake();
    const heard: string[] = [];
    const listener = await client(sentinel, { onMessage: (_, payload) => heard.push(payload) });
    await listener.command('SUBSCRIBE', '+selected-slave');
    sentinel.publishReplica('+selected-slave', replica);
    await eventually(() =>
      expect(heard).toEqual(['slave 10.0.0.2:6379 10.0.0.2 6379 @ mymaster 10.0.0.1 6379']),
    );
  });

  test('pushes and answers on one connection in RESP3', async () => {
    const sentinel = await fake();
    const talk = raw(
      sentinel,
      ['HELLO', '3'],
      ['SUBSCRIBE', 'a', 'b'],
      ['SENTINEL', 'MASTER', 'mymaster'],
      ['PING'],
    );
    await eventually(() => expect(talk.messages).toHaveLength(5));
    expect(sentinel.publish('a', 'text')).toBe(1);
    await eventually(() => expect(talk.messages).toHaveLength(6));
    const [hello, first, second, row, pong, message] = talk.messages;
    expect(hello?.value).toEqual(
      new Map<string, unknown>(
        Object.entries({
          server: 'redis',
          version: '7.0.15',
          proto: 3,
          id: 1,
          mode: 'sentinel',
          modules: [],
        }),
      ),
    );
    expect([first, second]).toEqual([
      { push: true, value: ['subscribe', 'a', 1] },
      { push: true, value: ['subscribe', 'b', 2] },
    ]);
    expect(row?.value).toBeInstanceOf(Map);
    expect(pong?.value).toBe('PONG');
    expect(message).toEqual({ push: true, value: ['message', 'a', 'text'] });
    talk.close();
  });

  test('an old one does not know HELLO', async () => {
    const sentinel = await fake({ protocol: 2 });
    const asker = await client(sentinel);
    await expect(asker.command('HELLO', '3')).rejects.toThrow(
      "ERR unknown command 'HELLO', with args beginning with: '3' ",
    );
  });

  test('wants a password', async () => {
    const sentinel = await fake({ username: 'app', password: 'secret' });
    const asker = await client(sentinel);
    await expect(asker.command('PING')).rejects.toThrow('NOAUTH');
    await expect(asker.command('HELLO', '3')).rejects.toThrow('NOAUTH HELLO must be called');
    await expect(asker.command('AUTH', 'app', 'wrong')).rejects.toThrow('WRONGPASS');
    await expect(asker.command('AUTH', 'secret')).rejects.toThrow('WRONGPASS');
    await asker.command('HELLO', '3', 'AUTH', 'app', 'secret', 'SETNAME', 'me');
    expect(await asker.command('PING')).toBe('PONG');
    const other = await client(sentinel, { username: 'app', password: 'secret' });
    expect(await other.command('PING')).toBe('PONG');
  });

  test('hangs at one command and what follows it, until it resumes', async () => {
    const sentinel = await fake();
    const asker = await client(sentinel);
    sentinel.hang('sentinel master');
    const settled: string[] = [];
    const slow = asker.command('SENTINEL', 'MASTER', 'mymaster').finally(() => settled.push('MASTER'));
    const ping = asker.command('PING').finally(() => settled.push('PING'));
    const other = await client(sentinel);
    expect(await other.command('SENTINEL', 'MYID')).toBe(sentinel.id);
    expect(settled).toEqual([]);
    sentinel.resume();
    await Promise.all([slow, ping]);
    expect(settled).toEqual(['MASTER', 'PING']);
  });

  test('answers with the bytes it is given, or late', async () => {
    const sentinel = await fake();
    const asker = await client(sentinel);
    sentinel.reply('sentinel', '-IDONTKNOW at all\r\n');
    sentinel.delay('ping', 5);
    await expect(asker.command('SENTINEL', 'MASTERS')).rejects.toThrow('IDONTKNOW at all');
    sentinel.reply('sentinel', (args) => `+${args.length}\r\n`);
    expect(await asker.command('SENTINEL', 'MASTERS')).toBe('2');
    sentinel.reply('sentinel', undefined);
    expect(await asker.command('SENTINEL', 'MYID')).toBe(sentinel.id);
    expect(await asker.command('PING')).toBe('PONG');
  });

  test('drops, refuses and accepts', async () => {
    const sentinel = await fake();
    const asker = await client(sentinel);
    expect(sentinel.connections).toBe(1);
    await sentinel.refuse();
    expect(await asker.command('PING')).toBe('PONG');
    sentinel.dropConnections();
    await eventually(() => expect([asker.open, sentinel.connections]).toEqual([false, 0]));
    await expect(client(sentinel)).rejects.toThrow('ECONNREFUSED');
    await sentinel.accept();
    expect(await (await client(sentinel)).command('PING')).toBe('PONG');
    expect(sentinel.accepted).toBe(2);
  });

  test('speaks TLS', async () => {
    const tls = selfSignedCertificate();
    const sentinel = await fake({ tls });
    const asker = await client(sentinel, { ca: tls.ca });
    expect(await asker.command('PING')).toBe('PONG');
    const plain = connect(sentinel.port, sentinel.host).on('error', () => {});
    await eventually(() => expect(sentinel.accepted).toBe(2));
    await sentinel.close();
    await eventually(() => expect(asker.open).toBe(false));
    plain.destroy();
  });
});

describe('FakeSentinel and a real one', () => {
  let cluster: Cluster;
  let fake: FakeSentinel;

  beforeAll(async () => {
    cluster = await startCluster();
    const [own, ...others] = cluster.sentinelHandles;
    const [first, ...replicas] = cluster.nodes;
    fake = await startFakeSentinel({
      ...(first && { master: first }),
      replicas,
      others,
      id: own?.id,
    });
  });

  afterAll(async () => {
    await fake.close();
    await cluster.stop();
  });

  const same: readonly (readonly string[])[] = [
    ['HELLO', '4'],
    ['PING'],
    ['PING', 'hey'],
    ['ROLE'],
    ['AUTH', 'x'],
    ['AUTH', 'a', 'b'],
    ['CLIENT', 'SETNAME', 'me'],
    ['CLIENT', 'GETNAME'],
    ['SELECT', '1'],
    ['QUIT'],
    ['SENTINEL', 'MYID'],
    ['SENTINEL', 'FOO'],
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster'],
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'nobody'],
    ['SENTINEL', 'MASTER', 'nobody'],
    ['SENTINEL', 'REPLICAS', 'nobody'],
    ['SENTINEL', 'SENTINELS', 'nobody'],
    ['SENTINEL', 'CKQUORUM', 'mymaster'],
    ['SENTINEL', 'CKQUORUM', 'nobody'],
    ['SUBSCRIBE', 'a', 'b'],
    ['UNSUBSCRIBE', 'a'],
    ['UNSUBSCRIBE'],
    ['UNSUBSCRIBE'],
    ['PUNSUBSCRIBE', 'x'],
    // Nothing real is published there.
    ['PSUBSCRIBE', 'x*'],
    ['PING'],
    ['PING', 'hey'],
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster'],
    ['PUNSUBSCRIBE', 'x*'],
  ];

  test.each([2, 3])('say the same, byte by byte, in RESP%i', async (protocol) => {
    const [own] = cluster.sentinels;
    if (!own) throw new Error('no sentinel');
    const commands = [['HELLO', String(protocol)], ...same, ['PING', 'the end']];
    const real = raw(own, ...commands);
    const faked = raw(fake, ...commands);
    await eventually(() => expect([real.text, faked.text]).toEqual([end, end]));
    const answers = ({ bytes }: Talk): string => bytes.slice(bytes.indexOf('modules'));
    expect(answers(faked)).toBe(answers(real));
    real.close();
    faked.close();
  });

  test.each([2, 3])('list the same fields in RESP%i', async (protocol) => {
    const [own] = cluster.sentinels;
    if (!own) throw new Error('no sentinel');
    const lists = ['MASTERS', 'REPLICAS', 'SENTINELS'].map((list) => ['SENTINEL', list, 'mymaster']);
    const commands = [['HELLO', String(protocol)], ['SENTINEL', 'MASTER', 'mymaster'], ...lists.slice(1)];
    const real = raw(own, ...commands, ['PING', 'the end']);
    const faked = raw(fake, ...commands, ['PING', 'the end']);
    await eventually(() => expect([real.text, faked.text]).toEqual([end, end]));
    expect(shapes(faked)).toEqual(shapes(real));
    real.close();
    faked.close();
  });
});

const end = '$7\r\nthe end\r\n';

interface Talk {
  readonly bytes: string;
  /** The last of it. */
  readonly text: string;
  readonly messages: readonly RespMessage[];
  close(): void;
}

function raw({ host, port }: Address, ...commands: readonly (readonly string[])[]): Talk {
  const socket = connect(port, host).on('error', () => {});
  const parser = new RespParser();
  const messages: RespMessage[] = [];
  let bytes = '';
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.toString();
    messages.push(...parser.push(chunk));
  });
  for (const command of commands) socket.write(encodeCommand(command));
  return {
    messages,
    get bytes() {
      return bytes;
    },
    get text() {
      return bytes.slice(-end.length);
    },
    close: () => socket.destroy(),
  };
}

/** The replies with the values of each field left out, and lists in the order of their ports. */
function shapes({ messages }: Talk): unknown[] {
  return messages.slice(1).map(({ value }) => shape(value));
}

function shape(value: unknown): unknown {
  if (value instanceof Map) return [...value.keys()];
  if (!Array.isArray(value)) return value;
  if (value.every((item) => typeof item === 'string')) return value.filter((_, i) => i % 2 === 0);
  return value.map((item) => shape(item));
}

function field(row: unknown, name: string): unknown {
  if (row instanceof Map) return row.get(name);
  const flat = Array.isArray(row) ? row : [];
  return flat[flat.indexOf(name) + 1];
}
