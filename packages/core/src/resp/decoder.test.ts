import { describe, expect, it } from 'vitest';
import { Decoder, type Limits } from './decoder.ts';
import { ProtocolError, type Push, type Reply, ReplyError } from './reply.ts';

/** What a decoder makes of the chunks; pushes are told from replies by being plain objects. */
function decode(chunks: readonly (string | Buffer)[], limits?: Partial<Limits>): (Reply | Push)[] {
  const got: (Reply | Push)[] = [];
  const sink = { reply: (reply: Reply) => got.push(reply), push: (push: Push) => got.push(push) };
  const decoder = new Decoder(sink, limits);
  for (const chunk of chunks) decoder.write(Buffer.from(chunk));
  return got;
}

function errorOf(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function byteByByte(wire: Buffer): Buffer[] {
  return Array.from(wire, (_, at) => wire.subarray(at, at + 1));
}

const wires: { is: string; wire: string; value: Reply | Push }[] = [
  { is: 'simple string', wire: '+OK\r\n', value: 'OK' },
  { is: 'empty simple string', wire: '+\r\n', value: '' },
  { is: 'simple string in UTF-8', wire: '+ü€😀\r\n', value: 'ü€😀' },
  { is: 'error', wire: '-ERR no such\r\n', value: new ReplyError('ERR no such') },
  { is: 'empty error', wire: '-\r\n', value: new ReplyError('') },
  { is: 'integer', wire: ':1234\r\n', value: 1234 },
  { is: 'negative integer', wire: ':-1\r\n', value: -1 },
  { is: 'integer with a plus', wire: ':+1\r\n', value: 1 },
  { is: 'negative zero', wire: ':-0\r\n', value: 0 },
  { is: 'largest safe integer', wire: ':9007199254740991\r\n', value: Number.MAX_SAFE_INTEGER },
  { is: 'unsafe integer', wire: ':9007199254740993\r\n', value: 9007199254740993n },
  { is: 'largest integer', wire: ':9223372036854775807\r\n', value: 2n ** 63n - 1n },
  { is: 'smallest integer', wire: ':-9223372036854775808\r\n', value: -(2n ** 63n) },
  { is: 'bulk string', wire: '$5\r\nhello\r\n', value: 'hello' },
  { is: 'empty bulk string', wire: '$0\r\n\r\n', value: '' },
  { is: 'bulk string that looks like RESP', wire: '$9\r\n\r\n$1\r\na\r\n\r\n', value: '\r\n$1\r\na\r\n' },
  { is: 'bulk string in UTF-8', wire: '$9\r\nü€😀\r\n', value: 'ü€😀' },
  { is: 'null bulk string', wire: '$-1\r\n', value: null },
  { is: 'array', wire: '*2\r\n$1\r\na\r\n:1\r\n', value: ['a', 1] },
  { is: 'empty array', wire: '*0\r\n', value: [] },
  { is: 'null array', wire: '*-1\r\n', value: null },
  { is: 'array of nulls', wire: '*2\r\n$-1\r\n*-1\r\n', value: [null, null] },
  { is: 'nested arrays', wire: '*3\r\n*1\r\n*0\r\n*0\r\n*1\r\n:1\r\n', value: [[[]], [], [1]] },
  { is: 'nested error', wire: '*2\r\n-ERR a\r\n+b\r\n', value: [new ReplyError('ERR a'), 'b'] },
  { is: 'null', wire: '_\r\n', value: null },
  { is: 'true', wire: '#t\r\n', value: true },
  { is: 'false', wire: '#f\r\n', value: false },
  { is: 'double', wire: ',1.25\r\n', value: 1.25 },
  { is: 'double with an exponent', wire: ',-1.5E-3\r\n', value: -0.0015 },
  { is: 'double without a fraction', wire: ',10\r\n', value: 10 },
  { is: 'infinity', wire: ',inf\r\n', value: Infinity },
  { is: 'negative infinity', wire: ',-inf\r\n', value: -Infinity },
  { is: 'not a number', wire: ',nan\r\n', value: Number.NaN },
  { is: 'negative not a number of older servers', wire: ',-nan\r\n', value: Number.NaN },
  { is: 'big number', wire: '(12345678901234567890123\r\n', value: 12345678901234567890123n },
  { is: 'small big number', wire: '(-1\r\n', value: -1n },
  { is: 'bulk error', wire: '!11\r\nSYNTAX a\r\nb\r\n', value: new ReplyError('SYNTAX a\r\nb') },
  { is: 'verbatim string', wire: '=6\r\ntxt:ab\r\n', value: 'ab' },
  { is: 'empty verbatim string', wire: '=4\r\nmkd:\r\n', value: '' },
  { is: 'set', wire: '~2\r\n+a\r\n+b\r\n', value: ['a', 'b'] },
  { is: 'empty set', wire: '~0\r\n', value: [] },
  { is: 'empty map', wire: '%0\r\n', value: new Map() },
  {
    is: 'map',
    wire: '%2\r\n+a\r\n*1\r\n:1\r\n:2\r\n%1\r\n+b\r\n_\r\n',
    value: new Map<Reply, Reply>([
      ['a', [1]],
      [2, new Map<Reply, Reply>([['b', null]])],
    ]),
  },
  {
    is: 'map with a field that is an array',
    wire: '%1\r\n*1\r\n+a\r\n+b\r\n',
    value: new Map([[['a'], 'b']]),
  },
  { is: 'map with a field twice', wire: '%2\r\n+a\r\n:1\r\n+a\r\n:2\r\n', value: new Map([['a', 2]]) },
  { is: 'attributes', wire: '|1\r\n+ttl\r\n*1\r\n:1\r\n+a\r\n', value: 'a' },
  { is: 'empty attributes', wire: '|0\r\n+a\r\n', value: 'a' },
  { is: 'attributes of attributes', wire: '|1\r\n|1\r\n+a\r\n+b\r\n+c\r\n+d\r\n+e\r\n', value: 'e' },
  { is: 'attributes within an array', wire: '*2\r\n|1\r\n+a\r\n+b\r\n:1\r\n|0\r\n:2\r\n', value: [1, 2] },
  { is: 'push', wire: '>3\r\n+message\r\n$1\r\na\r\n:1\r\n', value: { kind: 'message', items: ['a', 1] } },
  { is: 'push of its kind only', wire: '>1\r\n+invalidate\r\n', value: { kind: 'invalidate', items: [] } },
  { is: 'push with attributes', wire: '|1\r\n+a\r\n+b\r\n>1\r\n+c\r\n', value: { kind: 'c', items: [] } },
];

describe.each(wires)('$is', ({ wire: text, value }) => {
  const wire = Buffer.from(text);

  it('whole', () => {
    expect(decode([wire])).toEqual([value]);
  });

  it('byte by byte', () => {
    expect(decode(byteByByte(wire))).toEqual([value]);
  });

  it('cut in two and in three anywhere', () => {
    for (let i = 0; i <= wire.length; i += 1) {
      for (let j = i; j <= wire.length; j += 1) {
        expect(decode([wire.subarray(0, i), wire.subarray(i, j), wire.subarray(j)])).toEqual([value]);
      }
    }
  });

  it('not before its last byte', () => {
    expect(decode([wire.subarray(0, -1)])).toEqual([]);
  });
});

describe('a stream', () => {
  const wire = Buffer.from(wires.map((each) => each.wire).join(''));
  const values = wires.map(({ value }) => value);

  it('of all types comes out in order, in one chunk as in many', () => {
    expect(decode([wire])).toEqual(values);
    expect(decode(byteByByte(wire))).toEqual(values);
  });

  it('has its replies delivered at once, also before a chunk turns out bad', () => {
    const got: Reply[] = [];
    const decoder = new Decoder({ reply: (reply) => got.push(reply), push: () => {} });
    expect(() => decoder.write(Buffer.from('+a\r\n+b\r\nx'))).toThrow(ProtocolError);
    expect(got).toEqual(['a', 'b']);
  });

  it('does not keep the chunks it came in', () => {
    const chunk = Buffer.from('+a\r\n*1\r\n$3\r\nabc\r\n$5\r\nhe');
    const got: Reply[] = [];
    const decoder = new Decoder({ reply: (reply) => got.push(reply), push: () => {} });
    decoder.write(chunk);
    chunk.fill(0);
    decoder.write(Buffer.from('llo\r\n'));
    expect(got).toEqual(['a', ['abc'], 'hello']);
  });
});

const bad: { is: string; wire: string; message: string }[] = [
  { is: 'another protocol', wire: 'HTTP/1.1 400 Bad Request\r\n', message: 'no RESP type' },
  { is: 'a TLS alert', wire: '\x15\x03\x01\x00\x02\x02\x46', message: 'the peer speaks TLS, not plain RESP' },
  { is: 'an inline reply', wire: 'OK\r\n', message: 'no RESP type starts like this: "OK\\r\\n"' },
  { is: 'an empty line', wire: '\r\n', message: 'no RESP type' },
  { is: 'a zero byte', wire: '\0', message: 'no RESP type' },
  { is: 'a bad type within an array', wire: '*2\r\n:1\r\nx', message: 'no RESP type starts like this: "x"' },
  { is: 'a line that ends in LF', wire: '+OK\n', message: 'a line does not end in CRLF: "+OK\\n"' },
  { is: 'a type and LF', wire: '+\n', message: 'a line does not end in CRLF' },
  { is: 'a CR within a line', wire: '+O\rK\r\n', message: 'a line has a CR in its midst' },
  { is: 'a CR within an error', wire: '-O\r\r\n', message: 'a line has a CR in its midst' },
  {
    is: 'a short bulk string',
    wire: '$5\r\nhell\r\n+',
    message: 'a bulk string is not followed by CRLF: "\\n+"',
  },
  { is: 'a long bulk string', wire: '$3\r\nhell\r\n', message: 'a bulk string is not followed by CRLF' },
  { is: 'a bulk string with CR CR', wire: '$1\r\na\r\r', message: 'a bulk string is not followed by CRLF' },
  { is: 'a bulk string with LF only', wire: '$1\r\nab\n', message: 'a bulk string is not followed by CRLF' },
  { is: 'a tiny verbatim string', wire: '=1\r\na\r\n:1\r\n', message: 'a verbatim string has no format' },
  { is: 'a length of -2', wire: '$-2\r\n', message: 'not a length: "$-2"' },
  { is: 'a count of -2', wire: '*-2\r\n', message: 'not a length: "*-2"' },
  { is: 'a length of -0', wire: '$-0\r\n', message: 'not a length' },
  { is: 'no length', wire: '$\r\n', message: 'not a length' },
  { is: 'a length with a plus', wire: '$+1\r\n', message: 'not a length' },
  { is: 'a length with a space', wire: '$ 1\r\n', message: 'not a length' },
  { is: 'a length with a fraction', wire: '*1.0\r\n', message: 'not a length' },
  { is: 'a length in hex', wire: '$0x1\r\n', message: 'not a length' },
  {
    is: 'a length beyond numbers',
    wire: `$${'9'.repeat(400)}\r\n`,
    message: 'not a length: "$999999999999999"...',
  },
  { is: 'a huge length', wire: '$1048577\r\n', message: 'a bulk string of more than 1048576 bytes' },
  { is: 'a huge count', wire: '*65537\r\n', message: 'a reply has more than 65536 elements' },
  { is: 'a huge count of pairs', wire: '%32769\r\n', message: 'a reply has more than 65536 elements' },
  { is: 'a null map', wire: '%-1\r\n', message: 'not a length: "%-1"' },
  { is: 'a null set', wire: '~-1\r\n', message: 'not a length' },
  { is: 'a null push', wire: '>-1\r\n', message: 'not a length' },
  { is: 'a null verbatim string', wire: '=-1\r\n', message: 'not a length' },
  { is: 'a null bulk error', wire: '!-1\r\n', message: 'not a length' },
  { is: 'a streamed string', wire: '$?\r\n', message: 'streamed replies are unsupported' },
  { is: 'a streamed array', wire: '*?\r\n', message: 'streamed replies are unsupported' },
  { is: 'a streamed chunk', wire: ';4\r\n', message: 'streamed replies are unsupported' },
  { is: 'the end of a streamed aggregate', wire: '.\r\n', message: 'streamed replies are unsupported' },
  { is: 'an empty integer', wire: ':\r\n', message: 'not an integer: ""' },
  { is: 'a sign alone', wire: ':-\r\n', message: 'not an integer: "-"' },
  { is: 'an integer with letters', wire: ':1a\r\n', message: 'not an integer: "1a"' },
  { is: 'an integer of over 64 bits', wire: ':9223372036854775808\r\n', message: 'not a 64-bit integer' },
  {
    is: 'an endless integer',
    wire: `:${'1'.repeat(1000)}\r\n`,
    message: 'not an integer: "1111111111111111"...',
  },
  { is: 'an empty double', wire: ',\r\n', message: 'not a double' },
  { is: 'a double in hex', wire: ',0x1\r\n', message: 'not a double' },
  { is: 'a double without digits', wire: ',.e1\r\n', message: 'not a double' },
  { is: 'another infinity', wire: ',Infinity\r\n', message: 'not a double' },
  { is: 'a big number with a fraction', wire: '(1.0\r\n', message: 'not a big number' },
  { is: 'an empty big number', wire: '(\r\n', message: 'not a big number' },
  { is: 'another boolean', wire: '#true\r\n', message: 'not a boolean: "true"' },
  { is: 'an empty boolean', wire: '#\r\n', message: 'not a boolean' },
  { is: 'a null with a content', wire: '_0\r\n', message: 'a null has a content' },
  {
    is: 'a verbatim string without format',
    wire: '=3\r\ntxt\r\n',
    message: 'a verbatim string has no format',
  },
  {
    is: 'a verbatim string without colon',
    wire: '=5\r\ntxt-a\r\n',
    message: 'a verbatim string has no format',
  },
  { is: 'an empty push', wire: '>0\r\n', message: 'a push does not start with its kind' },
  { is: 'a push without kind', wire: '>1\r\n:1\r\n', message: 'a push does not start with its kind' },
  { is: 'a push within an array', wire: '*1\r\n>1\r\n+a\r\n', message: 'a push is inside a reply' },
  { is: 'a push within attributes', wire: '|1\r\n>1\r\n+a\r\n', message: 'a push is inside a reply' },
];

describe.each(bad)('$is', ({ wire: text, message }) => {
  const wire = Buffer.from(text, 'latin1');

  it('is refused whole', () => {
    expect(() => decode([wire])).toThrow(ProtocolError);
    expect(() => decode([wire])).toThrow(message);
  });

  it('is refused byte by byte', () => {
    expect(() => decode(byteByByte(wire))).toThrow(ProtocolError);
  });
});

describe('a refusal', () => {
  it('is the end: further writes are refused with it as their cause', () => {
    const got: Reply[] = [];
    const decoder = new Decoder({ reply: (reply) => got.push(reply), push: () => {} });
    expect(() => decoder.write(Buffer.from('x'))).toThrow('no RESP type');
    for (const wire of ['+OK\r\n', 'x']) {
      const error = errorOf(() => decoder.write(Buffer.from(wire)));
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ cause: { message: 'no RESP type starts like this: "x"' } });
    }
    expect(got).toEqual([]);
  });

  it('quotes a little only, and escaped', () => {
    const secret = '\x1b[31m\xff\x00secret and much more of it';
    expect(() => decode([Buffer.from(secret, 'latin1')])).toThrow(
      /: "\\u001b\[31m\\xff\\u0000secret an"\.\.\.$/,
    );
  });

  it('comes also of a sink that throws, since the rest of the chunk is lost', () => {
    const broken = new Error('broken');
    const sink = {
      reply: () => {
        throw broken;
      },
      push: () => {},
    };
    const decoder = new Decoder(sink);
    expect(() => decoder.write(Buffer.from('+a\r\n+b\r\n'))).toThrow(broken);
    expect(() => decoder.write(Buffer.from('+c\r\n'))).toThrow(ProtocolError);
  });
});

describe('limits', () => {
  it.each<{ of: string; limits: Partial<Limits>; within: string; beyond: string }>([
    { of: 'bulk', limits: { maxBulkBytes: 3 }, within: '$3\r\nabc\r\n', beyond: '$4\r\n' },
    { of: 'verbatim', limits: { maxBulkBytes: 4 }, within: '=4\r\ntxt:\r\n', beyond: '=5\r\n' },
    { of: 'bulk error', limits: { maxBulkBytes: 3 }, within: '!3\r\nERR\r\n', beyond: '!4\r\n' },
    { of: 'line', limits: { maxLineBytes: 5 }, within: '+OK\r\n', beyond: '+OKOK\r' },
    { of: 'line without end', limits: { maxLineBytes: 5 }, within: ':123', beyond: ':12345' },
    { of: 'elements', limits: { maxElements: 2 }, within: '*2\r\n_\r\n_\r\n', beyond: '*3\r\n' },
    { of: 'elements of a map', limits: { maxElements: 2 }, within: '%1\r\n_\r\n_\r\n', beyond: '%2\r\n' },
    {
      of: 'elements in all',
      limits: { maxElements: 3 },
      within: '*2\r\n*1\r\n_\r\n*0\r\n',
      beyond: '*2\r\n*1\r\n_\r\n*1\r\n',
    },
    {
      of: 'elements of dropped attributes',
      limits: { maxElements: 2 },
      within: '|1\r\n',
      beyond: '|1\r\n*1\r\n',
    },
    { of: 'depth', limits: { maxDepth: 2 }, within: '*1\r\n*1\r\n_\r\n', beyond: '*1\r\n*1\r\n*0\r\n' },
    { of: 'reply', limits: { maxReplyBytes: 8 }, within: '*1\r\n:1\r\n', beyond: '*1\r\n:12\r\n' },
    { of: 'reply as announced', limits: { maxReplyBytes: 8 }, within: '$2\r\nab\r\n', beyond: '$3\r\n' },
    {
      of: 'endless attributes',
      limits: { maxReplyBytes: 9 },
      within: '|0\r\n|0\r\n',
      beyond: '|0\r\n|0\r\n|0\r\n',
    },
  ])('of $of', ({ limits, within, beyond }) => {
    for (const cut of [(wire: Buffer) => [wire], byteByByte]) {
      expect(() => decode(cut(Buffer.from(within)), limits)).not.toThrow();
      expect(() => decode(cut(Buffer.from(beyond)), limits)).toThrow(ProtocolError);
    }
  });

  it('are of each reply, not of the connection', () => {
    const limits = { maxReplyBytes: 16, maxElements: 2, maxBulkBytes: 3, maxLineBytes: 10 };
    const wire = '*2\r\n:1\r\n:2\r\n>1\r\n$3\r\nabc\r\n';
    expect(decode([wire.repeat(1000)], limits)).toHaveLength(2000);
  });

  it('reserve nothing for what is only announced', () => {
    const before = process.memoryUsage();
    const decoders = Array.from({ length: 200 }, () => new Decoder({ reply: () => {}, push: () => {} }));
    for (const decoder of decoders) decoder.write(Buffer.from('*65000\r\n:1\r\n$1048576\r\nabc'));
    const after = process.memoryUsage();
    // Reserved, it would be 200 MiB and 100 MiB.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(10 * 2 ** 20);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(50 * 2 ** 20);
  });

  it('may be raised: nesting does not use the stack', () => {
    const depth = 100_000;
    const limits = { maxDepth: depth, maxElements: depth };
    const [reply] = decode(['*1\r\n'.repeat(depth), ':1\r\n'], limits);
    let inner = reply as Reply;
    for (let level = 0; level < depth; level += 1) inner = (inner as Reply[])[0] as Reply;
    expect(inner).toBe(1);
  });
});

// A decoder that started over with each chunk would outlast the test's time limit by hours.
describe('time is linear in the bytes', () => {
  const content = 'x'.repeat(4 * 2 ** 20);
  const limits = {
    ...{ maxBulkBytes: 2 ** 23, maxLineBytes: 2 ** 23, maxReplyBytes: 2 ** 23 },
    maxElements: 200_000,
  };

  /** Cuts each chunk off when it is due: millions of them at once would be what takes the time. */
  function decodeInChunks(wire: Buffer, size: number): Reply | undefined {
    const got: Reply[] = [];
    const decoder = new Decoder({ reply: (reply) => got.push(reply), push: () => {} }, limits);
    for (let at = 0; at < wire.length; at += size) decoder.write(wire.subarray(at, at + size));
    return got[0];
  }

  it.each([1, 7, 1000, 65_536])('when a bulk comes in chunks of %d', (size) => {
    const wire = Buffer.from(`$${content.length}\r\n${content}\r\n`);
    expect(decodeInChunks(wire, size) === content).toBe(true);
  });

  it('when a line comes byte by byte', () => {
    const wire = Buffer.from(`+${content}\r\n`);
    expect(decodeInChunks(wire, 1) === content).toBe(true);
  });

  it('when an array of many items comes byte by byte', () => {
    const wire = Buffer.from(`*200000\r\n${':1\r\n'.repeat(200_000)}`);
    expect(decodeInChunks(wire, 1)).toHaveLength(200_000);
  });
});
