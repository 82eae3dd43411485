import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder, type Limits } from './decoder.ts';
import { ProtocolError, type Push, type Reply, ReplyError } from './reply.ts';

interface Outcome {
  /** Replies, and pushes, which are plain objects. */
  readonly got: (Reply | Push)[];
  readonly error: unknown;
}

function decode(chunks: readonly Buffer[], limits?: Partial<Limits>): Outcome {
  const got: (Reply | Push)[] = [];
  const sink = { reply: (reply: Reply) => got.push(reply), push: (push: Push) => got.push(push) };
  const decoder = new Decoder(sink, limits);
  try {
    for (const chunk of chunks) decoder.write(chunk);
    return { got, error: undefined };
  } catch (error) {
    return { got, error };
  }
}

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const points = [0, ...cuts.map((point) => point % (bytes.length + 1)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  return points.slice(1).map((point, i) => bytes.subarray(points[i], point));
}

/** A value and one of the ways in which a server may put it on the wire. */
interface Sample<Value = Reply> {
  readonly wire: string;
  readonly value: Value;
}

const text = fc.string({ unit: 'binary', maxLength: 40 });
const line = text.map((value) => value.replace(/[\r\n]/g, ' '));
const bulk = (type: string, content: string): string =>
  `${type}${Buffer.byteLength(content)}\r\n${content}\r\n`;

function sample<T>(source: fc.Arbitrary<T>, wire: (from: T) => string, value: (from: T) => Reply) {
  return source.map((from): Sample => ({ wire: wire(from), value: value(from) }));
}

const simple = sample(line, (s) => `+${s}\r\n`, String);
const string = sample(text, (s) => bulk('$', s), String);
const error = sample(
  line,
  (s) => `-${s}\r\n`,
  (s) => new ReplyError(s),
);
const integer = sample(
  fc.maxSafeInteger(),
  (n) => `:${n}\r\n`,
  (n) => n || 0,
);
const long = sample(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  (n) => `:${n}\r\n`,
  (n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n),
);
const nullBulk = fc.constant<Sample>({ wire: '$-1\r\n', value: null });
const nullArray = fc.constant<Sample>({ wire: '*-1\r\n', value: null });
const resp2 = [simple, string, error, integer, long, nullBulk, nullArray];

const resp3 = [
  ...resp2,
  sample(text, (s) => bulk('=', `txt:${s}`), String),
  sample(
    text,
    (s) => bulk('!', s),
    (s) => new ReplyError(s),
  ),
  sample(
    fc.double(),
    (n) => `,${wireOfDouble(n)}\r\n`,
    (n) => n,
  ),
  sample(
    fc.bigInt(),
    (n) => `(${n}\r\n`,
    (n) => n,
  ),
  sample(
    fc.boolean(),
    (b) => `#${b ? 't' : 'f'}\r\n`,
    (b) => b,
  ),
  fc.constant<Sample>({ wire: '_\r\n', value: null }),
];

function wireOfDouble(n: number): string {
  if (Number.isNaN(n)) return 'nan';
  if (Object.is(n, -0)) return '-0';
  return String(n).replace('Infinity', 'inf');
}

function arrayOf(type: string, items: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const wire = (list: Sample[]): string =>
    `${type}${list.length}\r\n${list.map((item) => item.wire).join('')}`;
  return sample(fc.array(items, { maxLength: 6 }), wire, (list) => list.map((item) => item.value));
}

function pairsOf(items: fc.Arbitrary<Sample>): fc.Arbitrary<[Sample, Sample][]> {
  return fc.array(fc.tuple(items, items), { maxLength: 4 });
}

function wireOfPairs(type: string, pairs: readonly [Sample, Sample][]): string {
  return `${type}${pairs.length}\r\n${pairs.map(([field, value]) => field.wire + value.wire).join('')}`;
}

function mapOf(items: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return sample(
    pairsOf(items),
    (pairs) => wireOfPairs('%', pairs),
    (pairs) => {
      return new Map(pairs.map(([field, value]) => [field.value, value.value]));
    },
  );
}

function withAttributes(items: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const source = fc.tuple(pairsOf(items), items);
  return sample(
    source,
    ([pairs, item]) => wireOfPairs('|', pairs) + item.wire,
    ([, item]) => item.value,
  );
}

const resp2Reply = fc.letrec<{ reply: Sample }>((tie) => ({
  reply: fc.oneof({ maxDepth: 4, withCrossShrink: true }, ...resp2, arrayOf('*', tie('reply'))),
})).reply;

const resp3Reply = fc.letrec<{ reply: Sample }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    ...resp3,
    arrayOf('*', tie('reply')),
    arrayOf('~', tie('reply')),
    mapOf(tie('reply')),
    withAttributes(tie('reply')),
  ),
})).reply;

const push = fc
  .tuple(fc.oneof(simple, string), fc.array(resp3Reply, { maxLength: 4 }))
  .map(([kind, items]): Sample<Push> => ({
    wire: `>${items.length + 1}\r\n${kind.wire}${items.map((item) => item.wire).join('')}`,
    value: { kind: kind.value as string, items: items.map((item) => item.value) },
  }));

const cuts = fc.array(fc.nat(), { maxLength: 20 });

describe('replies cut anywhere', () => {
  it.each<{ protocol: string; replies: fc.Arbitrary<Sample<Reply | Push>> }>([
    { protocol: 'RESP2', replies: resp2Reply },
    { protocol: 'RESP3', replies: fc.oneof(resp3Reply, push) },
  ])('come out as they went in, $protocol', ({ replies }) => {
    const stream = fc.array(replies, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(stream, cuts, (samples, points) => {
        const wire = Buffer.from(samples.map((each) => each.wire).join(''));
        const { got, error: thrown } = decode(cut(wire, points));
        expect(thrown).toBeUndefined();
        expect(got).toEqual(samples.map(({ value }) => value));
      }),
      { numRuns: 1000 },
    );
  });
});

const limits: Limits = {
  maxBulkBytes: 40,
  maxLineBytes: 30,
  maxReplyBytes: 200,
  maxElements: 12,
  maxDepth: 3,
};

const types = Array.from('+-:,(#_$=!*~%>|');

/** Bytes that get past the first type: pieces of protocol, whole replies, and noise, shuffled. */
const garbage = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(...types, '\r\n', '\r', '\n', '-1', '?', '.').map((s) => Buffer.from(s)),
      fc.tuple(fc.constantFrom(...types), fc.nat(50)).map(([type, n]) => Buffer.from(`${type}${n}\r\n`)),
      resp3Reply.map(({ wire }) => Buffer.from(wire)),
      push.map(({ wire }) => Buffer.from(wire)),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Buffer.concat(pieces));

/** A valid stream with one byte replaced, put in or taken out. */
const damaged = fc
  .tuple(
    fc.array(fc.oneof(resp3Reply, push), { minLength: 1, maxLength: 4 }),
    fc.nat(),
    fc.nat(255),
    fc.nat(2),
  )
  .map(([samples, point, byte, way]) => {
    const wire = Buffer.from(samples.map((each) => each.wire).join(''));
    const at = point % wire.length;
    const middle = way === 0 ? [] : [byte];
    return Buffer.concat([wire.subarray(0, at), Buffer.from(middle), wire.subarray(way === 2 ? at : at + 1)]);
  });

interface Extent {
  depth: number;
  elements: number;
  longest: number;
}

function extentOf(item: Reply): Extent {
  if (item instanceof ReplyError) return { depth: 0, elements: 0, longest: item.message.length };
  if (typeof item !== 'object' || item === null)
    return { depth: 0, elements: 0, longest: String(item).length };
  const items = item instanceof Map ? [...item].flat() : item;
  const inner = items.map(extentOf);
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    elements: items.length + inner.reduce((sum, { elements }) => sum + elements, 0),
    longest: Math.max(0, ...inner.map(({ longest }) => longest)),
  };
}

function isPush(item: Reply | Push): item is Push {
  return typeof item === 'object' && item !== null && 'kind' in item;
}

describe.each([
  { is: 'noise', bytes: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  { is: 'garbage', bytes: garbage },
  { is: 'a damaged stream', bytes: damaged },
])('$is', ({ bytes }) => {
  it('makes replies within the limits or a ProtocolError, and nothing else', () => {
    fc.assert(
      fc.property(bytes, cuts, (wire, points) => {
        const { got, error: thrown } = decode(cut(wire, points), limits);
        expect(thrown === undefined || thrown instanceof ProtocolError).toBe(true);
        for (const item of got) {
          const { depth, elements, longest } = extentOf(isPush(item) ? [item.kind, ...item.items] : item);
          expect(depth).toBeLessThanOrEqual(limits.maxDepth);
          expect(elements).toBeLessThanOrEqual(limits.maxElements);
          expect(longest).toBeLessThanOrEqual(limits.maxBulkBytes);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('makes the same, however it is cut', () => {
    fc.assert(
      fc.property(bytes, cuts, fc.boolean(), (wire, points, limited) => {
        const whole = decode([wire], limited ? limits : {});
        const pieces = decode(cut(wire, points), limited ? limits : {});
        const single = decode(cut(wire, Array.from(wire.keys())), limited ? limits : {});
        for (const other of [pieces, single]) {
          expect(other.got).toEqual(whole.got);
          expect(other.error === undefined).toBe(whole.error === undefined);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
