import { ProtocolError, type Push, type Reply, ReplyError } from './reply.ts';
import {
  type AggregateType,
  bigNumber,
  boolean,
  type BulkType,
  double,
  integer,
  lengthOf,
  mapOf,
  refused,
  text,
  typeAt,
  verbatim,
} from './values.ts';

/** Where the decoder hands what it decoded, at once and in order. It must not call `write()` from there. */
export interface Sink {
  reply(reply: Reply): void;
  push(push: Push): void;
}

/** What a peer may make us hold in memory. Whatever is beyond is a {@link ProtocolError}. */
export interface Limits {
  /** Length of one bulk string. Default 1 MiB. */
  readonly maxBulkBytes: number;
  /** Length of one line, its type and line end included. Default 64 KiB. */
  readonly maxLineBytes: number;
  /** Length of one whole reply on the wire. Default 4 MiB. */
  readonly maxReplyBytes: number;
  /** Items of all aggregates in one reply; a map's field and value are two. Default 65,536. */
  readonly maxElements: number;
  /** Aggregates within aggregates. Default 32. */
  readonly maxDepth: number;
}

/** A sentinel that lists a thousand replicas says about a megabyte, in 45,000 elements. */
const defaultLimits: Limits = {
  maxBulkBytes: 1024 * 1024,
  maxLineBytes: 64 * 1024,
  maxReplyBytes: 4 * 1024 * 1024,
  maxElements: 64 * 1024,
  maxDepth: 32,
};

const LF = 0x0a;
const CR = 0x0d;

/**
 * - `line`: reading a line, from its type to its line end. Every value starts with one.
 * - `bulk`: reading the `length` bytes of a bulk string and the line end after them.
 * - `stopped`: something was refused; where the next value starts is unknown, so nothing more is read.
 */
type State =
  | { readonly at: 'line' }
  | { readonly at: 'bulk'; readonly type: BulkType; readonly length: number }
  | { readonly at: 'stopped'; readonly cause: unknown };

const readingLine: State = { at: 'line' };

/** An aggregate whose items are still arriving. Maps gather fields and values in turn. */
interface Frame {
  readonly type: AggregateType;
  readonly items: Reply[];
  missing: number;
}

/**
 * Bytes in any chunks → replies and pushes. Each byte is looked at once and copied at most a few times, however
 * it arrives, and memory grows with what came, never with what was announced.
 *
 * A {@link ProtocolError}, or a sink that throws, stops the decoder: the connection is to be dropped.
 */
export class Decoder {
  readonly #sink: Sink;
  readonly #limits: Limits;
  readonly #partial = new Gathered();
  #state: State = readingLine;
  #open: Frame[] = [];
  #replyBytes = 0;
  #elements = 0;

  constructor(sink: Sink, limits: Partial<Limits> = {}) {
    this.#sink = sink;
    this.#limits = { ...defaultLimits, ...limits };
  }

  write(chunk: Buffer): void {
    try {
      let at = 0;
      while (at < chunk.length) at = this.#read(chunk, at);
    } catch (cause) {
      if (this.#state.at !== 'stopped') this.#state = { at: 'stopped', cause };
      this.#open = [];
      this.#partial.clear();
      throw cause;
    }
  }

  /** Reads what `chunk` has of the current line or bulk, and returns where the next one starts. */
  #read(chunk: Buffer, from: number): number {
    const state = this.#state;
    switch (state.at) {
      case 'line':
        return this.#readLine(chunk, from);
      case 'bulk':
        return this.#readBulk(chunk, from, state.type, state.length);
      case 'stopped':
        throw new ProtocolError('nothing more is read after an earlier error', { cause: state.cause });
    }
  }

  #readLine(chunk: Buffer, from: number): number {
    const before = this.#partial.length;
    if (before === 0) typeAt(chunk, from);
    const lf = chunk.indexOf(LF, from);
    const to = lf === -1 ? chunk.length : lf + 1;
    const length = before + to - from;
    if (length > this.#limits.maxLineBytes) {
      throw new ProtocolError(`a line is longer than ${this.#limits.maxLineBytes} bytes`);
    }
    if (before === 0 && lf !== -1) {
      this.#line(chunk, from, to);
      return to;
    }
    this.#partial.append(chunk, from, to);
    if (lf !== -1) {
      this.#line(this.#partial.bytes, 0, length);
      this.#partial.clear();
    }
    return to;
  }

  #readBulk(chunk: Buffer, from: number, type: BulkType, length: number): number {
    const before = this.#partial.length;
    const to = from + length + 2 - before;
    if (before === 0 && to <= chunk.length) {
      this.#bulk(chunk, from, to, type);
      return to;
    }
    this.#partial.append(chunk, from, Math.min(to, chunk.length));
    if (to > chunk.length) return chunk.length;
    this.#bulk(this.#partial.bytes, 0, length + 2, type);
    this.#partial.clear();
    return to;
  }

  /** A whole line, line end included. */
  #line(bytes: Buffer, from: number, to: number): void {
    const type = typeAt(bytes, from);
    if (bytes[to - 2] !== CR) throw refused('a line does not end in CRLF', bytes, from, to);
    this.#countBytes(to - from);
    const [start, end] = [from + 1, to - 2];
    switch (type) {
      case '+':
        return this.#value(text(bytes, start, end));
      case '-':
        return this.#value(new ReplyError(text(bytes, start, end)));
      case ':':
        return this.#value(integer(bytes, start, end));
      case ',':
        return this.#value(double(bytes, start, end));
      case '(':
        return this.#value(bigNumber(bytes, start, end));
      case '#':
        return this.#value(boolean(bytes, start, end));
      case '_':
        if (start !== end) throw refused('a null has a content', bytes, from, to);
        return this.#value(null);
      default:
        return this.#announced(type, lengthOf(type, bytes, start, end));
    }
  }

  #announced(type: BulkType | AggregateType, length: number): void {
    if (length === -1) return this.#value(null);
    if (type !== '$' && type !== '=' && type !== '!') return this.#aggregate(type, length);
    if (length > this.#limits.maxBulkBytes) {
      throw new ProtocolError(`a bulk string of more than ${this.#limits.maxBulkBytes} bytes is announced`);
    }
    this.#countBytes(length + 2);
    this.#state = { at: 'bulk', type, length };
  }

  /** The content of a bulk, line end included. */
  #bulk(bytes: Buffer, from: number, to: number, type: BulkType): void {
    const end = to - 2;
    if (bytes[end] !== CR || bytes[end + 1] !== LF) {
      throw refused('a bulk string is not followed by CRLF', bytes, end, to);
    }
    this.#state = readingLine;
    if (type === '=') return this.#value(verbatim(bytes, from, end));
    const content = bytes.toString('utf8', from, end);
    this.#value(type === '!' ? new ReplyError(content) : content);
  }

  #aggregate(type: AggregateType, length: number): void {
    const missing = type === '%' || type === '|' ? length * 2 : length;
    this.#elements += missing;
    if (this.#elements > this.#limits.maxElements) {
      throw new ProtocolError(`a reply has more than ${this.#limits.maxElements} elements`);
    }
    if (this.#open.length >= this.#limits.maxDepth) {
      throw new ProtocolError(`a reply is nested deeper than ${this.#limits.maxDepth}`);
    }
    if (type === '>' && this.#open.length > 0) throw new ProtocolError('a push is inside a reply');
    if (missing > 0) this.#open.push({ type, items: [], missing });
    else if (type === '>') this.#push([]);
    else if (type !== '|') this.#value(type === '%' ? new Map() : []);
  }

  /** A complete value. It may complete the aggregate that it is in, which may complete the one around it… */
  #value(value: Reply): void {
    let item = value;
    for (;;) {
      const frame = this.#open.at(-1);
      if (frame === undefined) return this.#reply(item);
      frame.items.push(item);
      frame.missing -= 1;
      if (frame.missing > 0) return;
      this.#open.pop();
      // Attributes are notes on the value that follows them, which is the one still missing around them.
      if (frame.type === '|') return;
      if (frame.type === '>') return this.#push(frame.items);
      item = frame.type === '%' ? mapOf(frame.items) : frame.items;
    }
  }

  #reply(reply: Reply): void {
    this.#startOver();
    this.#sink.reply(reply);
  }

  #push([kind, ...items]: Reply[]): void {
    if (typeof kind !== 'string') throw new ProtocolError('a push does not start with its kind');
    this.#startOver();
    this.#sink.push({ kind, items });
  }

  #startOver(): void {
    this.#replyBytes = 0;
    this.#elements = 0;
  }

  #countBytes(length: number): void {
    this.#replyBytes += length;
    if (this.#replyBytes > this.#limits.maxReplyBytes) {
      throw new ProtocolError(`a reply is longer than ${this.#limits.maxReplyBytes} bytes`);
    }
  }
}

/** The bytes of a line or bulk that comes in several chunks. Room doubles, so all copying is linear in them. */
class Gathered {
  bytes: Buffer = Buffer.alloc(0);
  length = 0;

  append(chunk: Buffer, from: number, to: number): void {
    const length = this.length + to - from;
    if (length > this.bytes.length) {
      const bytes = Buffer.allocUnsafeSlow(Math.max(64, length, this.bytes.length * 2));
      this.bytes.copy(bytes, 0, 0, this.length);
      this.bytes = bytes;
    }
    chunk.copy(this.bytes, this.length, from, to);
    this.length = length;
  }

  /** Keeps the room for the next one, unless it is large. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > 64 * 1024) this.bytes = Buffer.alloc(0);
  }
}
