import { ProtocolError, type Reply } from './reply.ts';

export type BulkType = '$' | '=' | '!';
export type AggregateType = '*' | '~' | '%' | '>' | '|';
export type Type = '+' | '-' | ':' | ',' | '(' | '#' | '_' | BulkType | AggregateType;

const types = '+-:,(#_$=!*~%>|';

const COLON = 0x3a;

export function typeAt(bytes: Buffer, at: number): Type {
  const type = String.fromCharCode(bytes[at] as number);
  if (types.includes(type)) return type as Type;
  throw refused(whyNoType(type), bytes, at, bytes.length);
}

function whyNoType(type: string): string {
  if (type === '\x15' || type === '\x16') return 'the peer speaks TLS, not plain RESP';
  if (type === '.' || type === ';') return 'streamed replies are unsupported';
  return 'no RESP type starts like this';
}

export function text(bytes: Buffer, from: number, to: number): string {
  const line = bytes.toString('utf8', from, to);
  if (line.includes('\r')) throw refused('a line has a CR in its midst', bytes, from, to);
  return line;
}

export function verbatim(bytes: Buffer, from: number, to: number): string {
  if (to - from < 4 || bytes[from + 3] !== COLON) {
    throw refused('a verbatim string has no format', bytes, from, Math.min(from + 4, to));
  }
  return bytes.toString('utf8', from + 4, to);
}

export function integer(bytes: Buffer, from: number, to: number): number | bigint {
  const digits = bytes.toString('latin1', from, to);
  if (!/^[+-]?\d{1,19}$/.test(digits)) throw refused('not an integer', bytes, from, to);
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  const exact = BigInt(digits);
  if (BigInt.asIntN(64, exact) !== exact) throw refused('not a 64-bit integer', bytes, from, to);
  return exact;
}

export function double(bytes: Buffer, from: number, to: number): number {
  const digits = bytes.toString('latin1', from, to);
  if (/^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(digits)) return Number(digits);
  if (/^[+-]?nan$/i.test(digits)) return Number.NaN;
  if (/^[+-]?inf$/i.test(digits)) return digits.startsWith('-') ? -Infinity : Infinity;
  throw refused('not a double', bytes, from, to);
}

export function bigNumber(bytes: Buffer, from: number, to: number): bigint {
  const digits = bytes.toString('latin1', from, to);
  if (!/^[+-]?\d+$/.test(digits)) throw refused('not a big number', bytes, from, to);
  return BigInt(digits);
}

export function boolean(bytes: Buffer, from: number, to: number): boolean {
  const value = bytes.toString('latin1', from, to);
  if (value !== 't' && value !== 'f') throw refused('not a boolean', bytes, from, to);
  return value === 't';
}

/** An announced length; -1 stands for null where RESP2 has it so. */
export function lengthOf(type: BulkType | AggregateType, bytes: Buffer, from: number, to: number): number {
  const digits = bytes.toString('latin1', from, to);
  if (/^\d{1,15}$/.test(digits)) return Number(digits);
  if (digits === '-1' && (type === '$' || type === '*')) return -1;
  if (digits === '?') throw new ProtocolError('streamed replies are unsupported');
  throw refused('not a length', bytes, from - 1, to);
}

export function mapOf(items: readonly Reply[]): Map<Reply, Reply> {
  const map = new Map<Reply, Reply>();
  for (let i = 0; i < items.length; i += 2) map.set(items[i] as Reply, items[i + 1] as Reply);
  return map;
}

/** Says what came, but little of it: it may be data. */
export function refused(what: string, bytes: Buffer, from: number, to: number): ProtocolError {
  const excerpt = JSON.stringify(bytes.toString('latin1', from, Math.min(to, from + 16)));
  const printable = excerpt.replace(/[^ -~]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);
  return new ProtocolError(`${what}: ${printable}${to > from + 16 ? '...' : ''}`);
}
