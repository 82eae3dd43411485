/**
 * A reply of a Redis server, RESP2 or RESP3. Bulk, simple and verbatim strings are text, sets are arrays, every
 * kind of null is `null`. An integer that a `number` cannot hold exactly is a `bigint`, as big numbers are. An
 * error reply is a value, also inside an aggregate.
 */
export type Reply = string | number | bigint | boolean | null | ReplyError | Reply[] | Map<Reply, Reply>;

/** What a RESP3 server says unasked, such as a message of a subscribed channel. */
export interface Push {
  /** The first item: `message`, `subscribe`, `invalidate`… */
  readonly kind: string;
  /** The items after it. */
  readonly items: readonly Reply[];
}

/** An error that the server replied: `-NOAUTH Authentication required.` */
export class ReplyError extends Error {
  override readonly name: string = 'ReplyError';
  /** The first word of the message: `ERR`, `NOAUTH`, `WRONGPASS`… */
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.code = /^\S*/.exec(message)?.[0] ?? '';
  }
}

/** The peer sent what is no Redis protocol, or a reply of another shape than the command has. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError';
}

/**
 * Fields and values, from a RESP3 map or RESP2's flat array of them. A value that is not a scalar is left out,
 * so that a field which a later server adds does no harm.
 */
export function asMap(reply: Reply): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [field, value] of entries(reply)) {
    if (isScalar(value)) fields.set(asString(field), String(value));
  }
  return fields;
}

export function asArray(reply: Reply): Reply[] {
  if (Array.isArray(reply)) return reply;
  throw wrongShape('an array', reply);
}

export function asString(reply: Reply): string {
  if (typeof reply === 'string') return reply;
  throw wrongShape('a string', reply);
}

function* entries(reply: Reply): Iterable<[Reply, Reply]> {
  if (reply instanceof Map) return yield* reply;
  if (!Array.isArray(reply) || reply.length % 2 !== 0) throw wrongShape('a map, or fields and values', reply);
  for (let i = 0; i < reply.length; i += 2) yield [reply[i] as Reply, reply[i + 1] as Reply];
}

function isScalar(reply: Reply): reply is string | number | bigint | boolean {
  return typeof reply !== 'object';
}

function wrongShape(expected: string, reply: Reply): ProtocolError {
  const options = reply instanceof ReplyError ? { cause: reply } : undefined;
  return new ProtocolError(`expected ${expected} in the reply, got ${describe(reply)}`, options);
}

function describe(reply: Reply): string {
  if (reply === null) return 'null';
  if (reply instanceof ReplyError) return `the error ${reply.code}`;
  if (reply instanceof Map) return `a map of ${reply.size}`;
  if (Array.isArray(reply)) return `an array of ${reply.length}`;
  return `a ${typeof reply}`;
}
