import { describe, expect, test } from 'vitest';
import { encodeCommand, ReplyError, RespParser, toList } from './resp.ts';

const cases: readonly [wire: string, value: unknown, push?: boolean][] = [
  ['+OK\r\n', 'OK'],
  [':-7\r\n', -7],
  ['$5\r\nhello\r\n', 'hello'],
  ['$0\r\n\r\n', ''],
  ['$-1\r\n', null],
  ['$6\r\nfür\r\n\r\n', 'für\r\n'],
  ['*-1\r\n', null],
  ['*0\r\n', []],
  ['*2\r\n$1\r\na\r\n*1\r\n:1\r\n', ['a', [1]]],
  ['_\r\n', null],
  ['#t\r\n', true],
  [',1.5\r\n', 1.5],
  ['=8\r\ntxt:some\r\n', 'some'],
  ['~1\r\n:1\r\n', [1]],
  ['%1\r\n$1\r\na\r\n:1\r\n', new Map([['a', 1]])],
  ['>2\r\n$1\r\na\r\n:1\r\n', ['a', 1], true],
];

describe('RespParser', () => {
  test.each(cases)('reads %j', (wire, value, push = false) => {
    expect(new RespParser().push(Buffer.from(wire))).toEqual([{ push, value }]);
  });

  test.each(cases)('reads %j byte by byte', (wire, value, push = false) => {
    const parser = new RespParser();
    const messages = [...Buffer.from(wire)].flatMap((byte) => parser.push(Buffer.from([byte])));
    expect(messages).toEqual([{ push, value }]);
  });

  test('reads several messages that arrive at once', () => {
    const messages = new RespParser().push(Buffer.from('+A\r\n:1\r\n+B'));
    expect(messages.map(({ value }) => value)).toEqual(['A', 1]);
  });

  test('tells an error from a string', () => {
    const [message] = new RespParser().push(Buffer.from('-READONLY You cannot\r\n'));
    expect(message?.value).toBeInstanceOf(ReplyError);
    expect(message?.value).toMatchObject({ code: 'READONLY', message: 'READONLY You cannot' });
  });

  test('refuses what is not RESP', () => {
    expect(() => new RespParser().push(Buffer.from('HTTP/1.1 200 OK\r\n'))).toThrow(
      'This is not RESP: "HTTP/1.1 200 OK"',
    );
  });
});

test('a command is an array of bulk strings, counted in bytes', () => {
  expect(encodeCommand(['SET', 'ü', 1])).toBe('*3\r\n$3\r\nSET\r\n$2\r\nü\r\n$1\r\n1\r\n');
});

test('toList gives the items of an array and nothing of other replies', () => {
  expect(toList([1, 'a'])).toEqual([1, 'a']);
  expect(toList(null)).toEqual([]);
});
