import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { eventually, whileAwake } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../src/index.ts';
import {
  addressOnly,
  at,
  deadAddress,
  hasty,
  leaveNothingBehind,
  overdue,
  quickResolver,
  Recorder,
  startFakes,
  startServer,
  within,
} from './support.ts';

leaveNothingBehind();

/** Writes for as long as it is read, and counts. */
function pour(socket: Socket, chunk: Buffer, count: (bytes: number) => void): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk)) count(chunk.length);
  };
  socket.on('drain', more);
  more();
}

interface Hostile {
  readonly does: string;
  readonly serve: (socket: Socket, count: (bytes: number) => void) => void;
  readonly code: string;
  readonly says: RegExp;
  /** What it may make us read before we have enough, for one connection. */
  readonly maxBytes?: number;
}

/** What the kernel's buffers take is counted, too. */
const little = 8 * 1024 * 1024;
const deadline = /did not answer HELLO within 500 ms/;
const noRedis = (why: string): RegExp => new RegExp(`does not speak the Redis protocol: .*${why}`);

const peers: readonly Hostile[] = [
  { does: 'says nothing', serve: () => {}, code: 'TIMED_OUT', says: deadline },
  {
    does: 'closes at once',
    serve: (socket) => socket.end(),
    code: 'SENTINELS_UNREACHABLE',
    says: /was lost: the peer closed the connection \(if it expects TLS, set `sentinel.tls`\)/,
  },
  {
    does: 'resets the connection',
    serve: (socket) => socket.resetAndDestroy(),
    code: 'SENTINELS_UNREACHABLE',
    says: /(was lost|cannot be reached): /,
  },
  {
    does: 'never ends a line',
    serve: (socket, count) => pour(socket, Buffer.alloc(16_384, 'x'), count),
    code: 'PROTOCOL_ERROR',
    says: noRedis(''),
    maxBytes: little,
  },
  {
    does: 'never ends a status',
    serve: (socket, count) => {
      socket.write('+');
      pour(socket, Buffer.alloc(16_384, 'x'), count);
    },
    code: 'PROTOCOL_ERROR',
    says: noRedis('a line is longer than 65536 bytes'),
    maxBytes: little,
  },
  {
    does: 'never ends a list',
    serve: (socket, count) => {
      socket.write('*60000\r\n');
      pour(socket, Buffer.from(`$65000\r\n${'x'.repeat(65_000)}\r\n`), count);
    },
    code: 'PROTOCOL_ERROR',
    says: noRedis('a reply is longer than 4194304 bytes'),
    maxBytes: 2 * little,
  },
  {
    does: 'nests without end',
    serve: (socket, count) => pour(socket, Buffer.from('*1\r\n'.repeat(100)), count),
    code: 'PROTOCOL_ERROR',
    says: noRedis('nested deeper than 32'),
    maxBytes: little,
  },
  {
    does: 'announces a giant',
    serve: (socket) => void socket.write('$999999999999\r\n'),
    code: 'PROTOCOL_ERROR',
    says: noRedis('a bulk string of more than 1048576 bytes is announced'),
  },
  {
    does: 'announces a giant list',
    serve: (socket) => void socket.write('*99999999\r\n'),
    code: 'PROTOCOL_ERROR',
    says: noRedis('more than 65536 elements'),
  },
  {
    does: 'sends garbage',
    serve: (socket) => void socket.write(Buffer.concat([Buffer.from([0]), randomBytes(5000)])),
    code: 'PROTOCOL_ERROR',
    says: noRedis(''),
  },
  {
    does: 'speaks HTTP',
    serve: (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    code: 'PROTOCOL_ERROR',
    says: noRedis(''),
  },
  {
    does: 'drips its answer',
    serve: (socket) => {
      const wire = Buffer.from(`+${'OK'.repeat(10_000)}\r\n`);
      let sent = 0;
      const timer = setInterval(() => socket.write(wire.subarray(sent, ++sent)), 10);
      socket.on('close', () => clearInterval(timer));
    },
    code: 'TIMED_OUT',
    says: deadline,
  },
  {
    does: 'answers what nobody asked',
    serve: (socket) => void socket.write('+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n'),
    code: 'PROTOCOL_ERROR',
    says: noRedis('a reply came that nobody asked for'),
  },
  {
    does: 'pushes what nobody subscribed to, without end',
    serve: (socket) => {
      const push = '>3\r\n$7\r\nmessage\r\n$14\r\n+switch-master\r\n$23\r\nmymaster 10.0.0.1 1 x 1\r\n';
      const timer = setInterval(() => socket.write(push), 5);
      socket.on('close', () => clearInterval(timer));
    },
    code: 'TIMED_OUT',
    says: deadline,
  },
];

describe('a sentinel that', () => {
  it.each(peers)('$does is given up with a clear error, and the others carry on', async (peer) => {
    await using fakes = await startFakes({ sentinels: 2 });
    let bytes = 0;
    await using bad = await startServer((socket) => peer.serve(socket, (more) => (bytes += more)));
    await using resolver = quickResolver({
      sentinels: [bad, ...fakes.addresses],
      // Once is enough.
      backoff: { initialMs: 60_000 },
      // What is poured out takes its time on a busy machine.
      commandTimeoutMs: peer.code === 'TIMED_OUT' ? 500 : 5000,
    });
    const { events } = new Recorder(resolver);
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    await eventually(() => expect(events.error).toHaveLength(1));
    expect(events.error[0]?.message).toMatch(peer.says);
    expect(events.error[0]).toMatchObject({ name: 'SwitchmasterError', code: peer.code });
    expect(events.sentinel.filter(({ state }) => state === 'lost')).toMatchObject([
      { address: addressOnly(bad), error: { code: peer.code } },
    ]);
    await eventually(() => expect(bad.sockets.size).toEqual(0));
    expect(bytes).toBeLessThanOrEqual(peer.maxBytes ?? 0);
    expect(resolver.topology.phase).toBe('following');
  });

  const table: readonly [does: string, command: string, reply: string, says: RegExp][] = [
    ['announces a giant', 'sentinel master', '$999999999999\r\n', noRedis('a bulk string of more')],
    ['nests too deep', 'sentinel replicas', '*1\r\n'.repeat(40), noRedis('nested deeper')],
    [
      'answers with another shape',
      'sentinel master',
      '+OK\r\n',
      /gave no usable answer about `mymaster`: expected/,
    ],
    [
      'answers with numbers',
      'sentinel replicas',
      '*1\r\n:5\r\n',
      /gave no usable answer about `mymaster`: expected/,
    ],
    ['answers with an odd row', 'sentinel sentinels', '*1\r\n*1\r\n+name\r\n', /gave no usable answer/],
    [
      'answers with an error',
      'sentinel replicas',
      '-ERR boom\r\n',
      /gave no usable answer about `mymaster`: ERR boom/,
    ],
    ['answers with an error to HELLO', 'hello', '-BUSY try later\r\n', /let us not in: BUSY try later/],
    ['answers with an error to SUBSCRIBE', 'subscribe', '-ERR no\r\n', /let us not in: ERR no/],
  ];
  it.each(table)('%s to a question (%s) is not believed', async (_, command, reply, says) => {
    await using fakes = await startFakes();
    at(fakes.sentinels, 0).reply(command, reply);
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    // It is asked again and again, and welcome as soon as it makes sense.
    await using alone = quickResolver({ sentinels: fakes.addresses.slice(0, 1) });
    await eventually(() => expect(alone.master(overdue())).rejects.toThrow(says));
    at(fakes.sentinels, 0).reply(command, undefined);
    expect(await alone.master(within(20_000))).toEqual(addressOnly(fakes.master));
  });

  it('names two thousand others is believed as far as a deployment is thinkable', async () => {
    await using fakes = await startFakes();
    const { port } = await deadAddress();
    at(fakes.sentinels, 0).others = Array.from({ length: 2000 }, (_, index) => ({
      host: `127.1.${index >> 8}.${index & 255}`,
      port,
    }));
    // With the default backoff: what is dialled for nothing is dialled each second.
    await using resolver = quickResolver({ sentinels: fakes.addresses, backoff: {} });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    await eventually(() => expect(resolver.topology.sentinels.length).toBeGreaterThan(3));
    expect(resolver.topology.sentinels.length).toBeLessThanOrEqual(64);
  });
});

describe('events', () => {
  it.each([
    ['of another master', '+switch-master', 'other 127.0.0.1 1 127.0.0.1 2'],
    ['without a word', '+switch-master', ''],
    ['with half a payload', '+switch-master', 'mymaster 127.0.0.1'],
    ['of a failover of another master', '+selected-slave', 'slave x 127.0.0.1 2 @ other 127.0.0.1 1'],
    ['of an abort that nobody waits for', '-failover-abort-not-elected', 'master mymaster 127.0.0.1 1'],
    ['of the end of the world', '+tilt', '#tilt mode entered'],
  ])('%s change nothing', async (_, channel, payload) => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    const { told } = new Recorder(resolver);
    await resolver.master(within(20_000));
    for (const fake of fakes.sentinels) fake.publish(channel, payload);
    // What follows on the same connections tells that they were read.
    const asked = fakes.sentinels.map(({ received }) => received.length);
    for (const fake of fakes.sentinels) fake.publishReplica('+slave', fakes.replica);
    await eventually(() =>
      expect(fakes.sentinels.every(({ received }, index) => received.length > at(asked, index))).toBe(true),
    );
    expect(told).toEqual([]);
    expect(resolver.topology).toMatchObject({ phase: 'following', master: addressOnly(fakes.master) });
  });

  it('that point at nothing hold for no longer than allowed, and move nobody', async () => {
    await using fakes = await startFakes();
    const nothing = await deadAddress();
    await using resolver = quickResolver({ sentinels: fakes.addresses, hold: { timeoutMs: 200 } });
    const { told } = new Recorder(resolver);
    await resolver.master(within(20_000));
    at(fakes.sentinels, 0).publishReplica('+selected-slave', nothing);
    at(fakes.sentinels, 0).publishReplica('+failover-state-wait-promotion', nothing);
    await eventually(() => expect(told.length).toEqual(2));
    expect(told[0]).toBe('hold failover');
    expect(told[1]).toMatch(/^release /);
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
  });

  it('of a switch to nothing, in all earnest, hold for no longer than allowed as well', () =>
    whileAwake(async () => {
      await using fakes = await startFakes();
      const nothing = await deadAddress();
      await using resolver = quickResolver({ sentinels: fakes.addresses, hold: { timeoutMs: 200 } });
      const { told } = new Recorder(resolver);
      await resolver.master(within(20_000));
      for (const fake of fakes.sentinels) fake.switchMaster(nothing);
      await eventually(() => expect(told).toEqual(['hold announced', 'release deadline']));
      // The sentinels come to their senses.
      fakes.replica.promote();
      for (const fake of fakes.sentinels) fake.switchMaster(addressOnly(fakes.replica));
      await eventually(() =>
        expect(told.slice(2)).toEqual([
          'hold announced',
          `move ${formatAddress(fakes.replica)} announcement`,
        ]),
      );
    }));
});

describe('a node that', () => {
  it.each<[string, string, RegExp]>([
    ['announces a giant', '$999999999999\r\n', noRedis('a bulk string of more')],
    ['answers with another shape', '+master\r\n', /has no answer to ROLE: /],
    ['answers with an error', '-LOADING Redis is loading\r\n', /has no answer to ROLE: LOADING/],
  ])('%s is not taken for a master', async (_, reply, says) => {
    await using fakes = await startFakes();
    fakes.master.reply('role', reply);
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    await eventually(() => expect(resolver.master(overdue())).rejects.toThrow(says));
    fakes.master.reply('role', undefined);
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
  });

  it('hangs is not taken for a master, and does not keep it from being found', async () => {
    await using fakes = await startFakes();
    fakes.master.hang();
    await using resolver = quickResolver({ sentinels: fakes.addresses, ...hasty });
    await eventually(() =>
      expect(resolver.master(overdue())).rejects.toMatchObject({
        code: 'MASTER_UNREACHABLE',
        message: expect.stringContaining('did not answer ROLE within 500 ms') as string,
      }),
    );
    fakes.announce(fakes.replica);
    fakes.replica.promote();
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.replica));
  });
});
