/** `has` for one, `have` for several. */
export function verb(subjects: readonly unknown[], one: string, several: string): string {
  return subjects.length === 1 ? one : several;
}

/** `1 sentinel`, `3 sentinels`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** A text that may be part of one, as a whole sentence. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

/** `200 ms`, `30 s`, `6 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${round(ms / 1000)} s`;
  return `${round(ms / 60_000)} min`;
}

/** `12 MB`. */
export function bytes(number: number): string {
  if (number < 1024) return `${number} bytes`;
  const kibibytes = number / 1024;
  return kibibytes < 1024 ? `${round(kibibytes)} KB` : `${round(kibibytes / 1024)} MB`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What has the same key, together. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
