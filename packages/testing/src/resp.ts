/** An error reply. It is thrown by a command, and a plain value inside an array (the reply to `EXEC`). */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';

  /** The first word: `ERR`, `NOAUTH`, `READONLY`, … */
  get code(): string {
    return this.message.split(' ', 1)[0] ?? '';
  }
}

/** A decoded reply: RESP2 types, and those of RESP3 that a node or a sentinel uses. */
export type Reply =
  | string
  | number
  | boolean
  | null
  | ReplyError
  | readonly Reply[]
  | ReadonlyMap<string, Reply>;

/** The items of an array reply; none if it is something else. */
export function toList(reply: Reply): readonly Reply[] {
  return isList(reply) ? reply : [];
}

/** A string or a number as text; nothing of other replies. */
export function toText(reply: Reply | undefined): string {
  return typeof reply === 'string' || typeof reply === 'number' ? String(reply) : '';
}

function isList(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}

/** One whole message from the wire. A push (RESP3) answers no command. */
export interface RespMessage {
  readonly push: boolean;
  readonly value: Reply;
}

const CRLF = '\r\n';
const incomplete: Error = new Error('The message is not complete yet');

/**
 * Collects bytes and hands out whole messages. It serves both ends, since a request is an array of bulk strings.
 * Strings are read as UTF-8.
 */
export class RespParser {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Adds bytes and returns the messages that are complete now. */
  push(bytes: Buffer): RespMessage[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const messages: RespMessage[] = [];
    try {
      while (this.#bytes.length > 0) {
        const push = this.#bytes[0] === 0x3e; // '>'
        this.#at = 0;
        messages.push({ push, value: this.#value() });
        this.#bytes = this.#bytes.subarray(this.#at);
      }
    } catch (error) {
      if (error !== incomplete) throw error;
    }
    return messages;
  }

  #value(): Reply {
    const line = this.#line();
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return rest;
      case '-':
        return new ReplyError(rest);
      case ':':
        return Number(rest);
      case ',':
        return Number(rest);
      case '#':
        return rest === 't';
      case '_':
        return null;
      case '$':
        return this.#bulk(Number(rest));
      case '=':
        return this.#bulk(Number(rest))?.slice('txt:'.length) ?? null;
      case '*':
      case '~':
      case '>':
        return this.#array(Number(rest));
      case '%':
        return this.#map(Number(rest));
      default:
        throw new Error(`This is not RESP: ${JSON.stringify(line)}`);
    }
  }

  #line(): string {
    const end = this.#bytes.indexOf(CRLF, this.#at);
    if (end < 0) throw incomplete;
    const line = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + CRLF.length;
    return line;
  }

  #bulk(length: number): string | null {
    if (length < 0) return null;
    const end = this.#at + length;
    if (this.#bytes.length < end + CRLF.length) throw incomplete;
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + CRLF.length;
    return text;
  }

  #array(length: number): readonly Reply[] | null {
    if (length < 0) return null;
    const items: Reply[] = [];
    for (let i = 0; i < length; i++) items.push(this.#value());
    return items;
  }

  #map(length: number): ReadonlyMap<string, Reply> {
    const entries = new Map<string, Reply>();
    for (let i = 0; i < length; i++) entries.set(toText(this.#value()), this.#value());
    return entries;
  }
}

/** A command as it goes on the wire: an array of bulk strings. */
export function encodeCommand(args: readonly (string | number)[]): string {
  const parts = args.map((arg) => encodeBulk(String(arg)));
  return `*${args.length}${CRLF}${parts.join('')}`;
}

/** A bulk string as it goes on the wire. */
export function encodeBulk(text: string): string {
  return `$${Buffer.byteLength(text)}${CRLF}${text}${CRLF}`;
}
