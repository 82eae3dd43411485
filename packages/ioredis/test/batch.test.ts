import { Socket } from 'node:net';
import type { DuplexOptions } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchWrites } from '../src/batch.ts';
import { createRedis } from '../src/index.ts';
import { libraries } from './harness.ts';
import { cluster, resolverOf, tend } from './support.ts';

/** A socket that leads nowhere, and what it has handed to the system at a time. */
class Line {
  readonly socket: Socket;
  readonly #sent: string[][] = [];
  #bytesRead = 0;

  constructor() {
    const system: DuplexOptions = {
      write: (chunk, _encoding, done) => {
        this.#sent.push([String(chunk)]);
        done();
      },
      writev: (chunks, done) => {
        this.#sent.push(chunks.map(({ chunk }) => String(chunk)));
        done();
      },
    };
    const socket = new Socket(system);
    this.socket = batchWrites(Object.defineProperty(socket, 'bytesRead', { get: () => this.#bytesRead }));
  }

  /** A turn in which all of these are written. What was sent while it lasted, and all in all. */
  async turn(...texts: string[]): Promise<{ readonly during: string[][]; readonly all: string[][] }> {
    for (const text of texts) this.socket.write(text);
    const during = this.#sent.splice(0);
    await new Promise(setImmediate);
    return { during, all: [...during, ...this.#sent.splice(0)] };
  }

  reply(): void {
    this.#bytesRead += 5;
  }
}

describe('what is written', () => {
  test('alone in its turn is sent at once', async () => {
    const line = new Line();
    for (const text of ['a', 'b', 'c']) {
      expect((await line.turn(text)).during).toEqual([[text]]);
      line.reply();
    }
  });

  test('after it in the same turn is sent together, when the turn is over', async () => {
    const line = new Line();
    const { during, all } = await line.turn('a', 'b', 'c');
    expect(during).toEqual([['a']]);
    expect(all).toEqual([['a'], ['b', 'c']]);
  });

  test('in the turn after one with several is sent together, the first as well', async () => {
    const line = new Line();
    await line.turn('a', 'b');
    line.reply();
    expect((await line.turn('c', 'd', 'e')).all).toEqual([['c', 'd', 'e']]);
    line.reply();
    expect(await line.turn('f')).toEqual({ during: [], all: [['f']] });
    line.reply();
    expect((await line.turn('g')).during).toEqual([['g']]);
  });

  test('by what was resolved in a turn belongs to it', async () => {
    const line = new Line();
    await line.turn('a', 'b');
    line.reply();
    const lane = async (text: string): Promise<void> => {
      await Promise.resolve();
      line.socket.write(`${text}1`);
      await Promise.resolve();
      line.socket.write(`${text}2`);
    };
    await Promise.all([lane('c'), lane('d')]);
    expect((await line.turn()).all).toEqual([['c1', 'd1', 'c2', 'd2']]);
  });

  test('leaves before the turn is over when it is as much as a socket buffers', async () => {
    const line = new Line();
    const half = 'x'.repeat(line.socket.writableHighWaterMark / 2);
    const { during, all } = await line.turn('a', half, half, half, half, 'b');
    expect(during).toEqual([['a'], [half, half], [half, half]]);
    expect(all.flat().join('')).toBe(`a${half}${half}${half}${half}b`);
  });

  test('is kept while the socket is corked by somebody else', async () => {
    const line = new Line();
    line.socket.cork();
    expect((await line.turn('a', 'b', 'c')).all).toEqual([]);
    line.socket.uncork();
    expect((await line.turn()).all).toEqual([['a', 'b', 'c']]);
  });

  test('is sent if the socket is ended in the same turn', async () => {
    const line = new Line();
    line.socket.write('a');
    line.socket.write('b');
    line.socket.end('c');
    expect((await line.turn()).all.flat()).toEqual(['a', 'b', 'c']);
  });

  test('to a socket that is destroyed in the same turn is dropped', async () => {
    const line = new Line();
    line.socket.write('a');
    line.socket.write('b');
    line.socket.destroy();
    expect((await line.turn()).all).toEqual([['a']]);
  });

  test('is sent once and in order, whatever the turns, the replies and the holds between', async () => {
    const step = fc.oneof(fc.nat({ max: 4 }), fc.constantFrom('reply', 'cork', 'uncork'));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const line = new Line();
        const sent: string[] = [];
        let written = 0;
        for (const each of steps) {
          const texts = typeof each === 'number' ? Array.from({ length: each }, () => `${written++}`) : [];
          if (each === 'reply') line.reply();
          if (each === 'cork') line.socket.cork();
          if (each === 'uncork') line.socket.uncork();
          sent.push(...(await line.turn(...texts)).all.flat());
        }
        line.socket.end();
        sent.push(...(await line.turn()).all.flat());
        expect(sent).toEqual(Array.from({ length: written }, (_, n) => `${n}`));
      }),
    );
  });
});

test.each(libraries)('%s: the commands of one turn reach the server in a few reads', async (_, client) => {
  const nodes = await cluster({ replicas: 0, sentinels: 1 });
  const master = await nodes.master();
  const redis = tend(createRedis(resolverOf(nodes), { client }));
  await redis.ping();
  const reads = async (): Promise<number> => {
    const stats = (await master.command('INFO', 'stats')) as string;
    return Number(/total_reads_processed:(\d+)/.exec(stats)?.[1]);
  };
  const before = await reads();
  const replies = await Promise.all(Array.from({ length: 500 }, (_each, n) => redis.set(`key:${n}`, n)));
  expect(replies).toEqual(Array.from({ length: 500 }, () => 'OK'));
  expect((await reads()) - before).toBeLessThan(50);
});
