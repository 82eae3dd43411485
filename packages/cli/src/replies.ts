import type { NodeAddress, Reply } from '@switchmaster/core';

/** Fields and values: a row of `SENTINEL REPLICAS`, `INFO`, `CONFIG GET`. */
export type Row = ReadonlyMap<string, string>;

/** Fields and values in turn. Empty where it is something else, such as an error reply. */
export function toRow(reply: Reply): Row {
  const row = new Map<string, string>();
  const texts = toTexts(reply);
  for (let i = 0; i + 1 < texts.length; i += 2) row.set(texts[i] ?? '', texts[i + 1] ?? '');
  return row;
}

/** A list of scalars; anything else in it is an empty text. */
export function toTexts(reply: Reply): string[] {
  if (!Array.isArray(reply)) return [];
  return reply.map((one) => (one === null || typeof one === 'object' ? '' : String(one)));
}

export function toRows(reply: Reply): Row[] {
  return Array.isArray(reply) ? reply.map(toRow) : [];
}

/** `INFO`: lines `field:value` and headings. */
export function parseInfo(reply: Reply): Row {
  if (typeof reply !== 'string') return new Map();
  const lines = reply.split(/\r?\n/).filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** `a=1,b=2`, as `INFO` has it in `slave0` and `master0`. */
export function parseFields(text: string): Row {
  const pairs = text.split(',').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return new Map(pairs);
}

export function toAddress(host: string | undefined, port: string | undefined): NodeAddress | undefined {
  const number = Number(port);
  return host && Number.isInteger(number) && number > 0 && number < 65_536
    ? { host, port: number }
    : undefined;
}

/** A number, or `undefined` where the field is missing or is none. */
export function toNumber(text: string | undefined): number | undefined {
  const number = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}
