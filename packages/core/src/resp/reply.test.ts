import { describe, expect, it } from 'vitest';
import { asArray, asMap, asString, ProtocolError, type Reply, ReplyError } from './reply.ts';

describe('ReplyError', () => {
  it.each([
    ['NOAUTH Authentication required.', 'NOAUTH'],
    ['ERR', 'ERR'],
    ['-ERR odd', '-ERR'],
    ['', ''],
    ['MOVED\t1', 'MOVED'],
  ])('%j has the code %j', (message, code) => {
    expect(new ReplyError(message)).toMatchObject({ name: 'ReplyError', message, code });
  });
});

describe('asMap', () => {
  const expected = new Map([
    ['ip', '127.0.0.1'],
    ['port', '6379'],
  ]);

  it.each<{ of: string; reply: Reply }>([
    { of: 'a RESP3 map', reply: new Map<Reply, Reply>(expected) },
    { of: 'a flat array', reply: ['ip', '127.0.0.1', 'port', '6379'] },
    { of: 'numbers', reply: ['ip', '127.0.0.1', 'port', 6379] },
    { of: 'big numbers', reply: ['ip', '127.0.0.1', 'port', 6379n] },
    {
      of: 'fields that are no scalars',
      reply: [
        'ip',
        '127.0.0.1',
        'a',
        null,
        'b',
        [],
        'c',
        new Map(),
        'd',
        new ReplyError('ERR'),
        'port',
        '6379',
      ],
    },
  ])('of $of', ({ reply }) => {
    expect(asMap(reply)).toEqual(expected);
  });

  it('takes the last of two values', () => {
    expect(asMap(['a', '1', 'a', '2'])).toEqual(new Map([['a', '2']]));
  });

  it.each<[Reply, string]>([
    [['ip'], 'expected a map, or fields and values in the reply, got an array of 1'],
    [null, 'expected a map, or fields and values in the reply, got null'],
    ['secret', 'expected a map, or fields and values in the reply, got a string'],
    [[1, '127.0.0.1'], 'expected a string in the reply, got a number'],
    [new Map([[[], '']]), 'expected a string in the reply, got an array of 0'],
  ])('refuses %j', (reply, message) => {
    expect(() => asMap(reply)).toThrow(new ProtocolError(message));
  });
});

describe('asArray and asString', () => {
  it('let their own through', () => {
    const array = ['a'];
    expect(asArray(array)).toBe(array);
    expect(asString('a')).toBe('a');
  });

  it.each<[Reply, string]>([
    [null, 'null'],
    [1, 'a number'],
    [1n, 'a bigint'],
    [true, 'a boolean'],
    [new Map([['a', 1]]), 'a map of 1'],
  ])('refuse %s', (reply, got) => {
    expect(() => asArray(reply)).toThrow(new ProtocolError(`expected an array in the reply, got ${got}`));
    expect(() => asString(reply)).toThrow(new ProtocolError(`expected a string in the reply, got ${got}`));
  });

  it('tell the code of an error reply, and keep it as the cause', () => {
    const cause = new ReplyError('NOPERM this user has no permissions');
    const expected = new ProtocolError('expected an array in the reply, got the error NOPERM', { cause });
    expect(() => asArray(cause)).toThrow(expected);
  });
});
