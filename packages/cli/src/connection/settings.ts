import { UsageError } from '../errors.ts';

/** How to get in at a kind of server. Files are PEM files; a relative path is relative to where it was given. */
export interface ServerSettings {
  readonly username?: string;
  /** Never a flag: other users of the machine see those. */
  readonly password?: string;
  readonly passwordFile?: string;
  readonly tls?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** What one source says of the connection: the flags, the environment or the config file. */
export interface Settings {
  readonly name?: string;
  readonly url?: string;
  readonly sentinels?: readonly string[];
  readonly sentinel?: ServerSettings;
  readonly node?: ServerSettings;
  /** Announced address → address to dial. */
  readonly mapAddress?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export const kinds = ['sentinel', 'node'] as const;
export type Kind = (typeof kinds)[number];

export const serverTexts: readonly Exclude<keyof ServerSettings, 'tls'>[] = [
  'username',
  'password',
  'passwordFile',
  'ca',
  'cert',
  'key',
  'servername',
];

/** `a=b,c=d`, several times. */
export function parseMappings(text: string, where: string): Record<string, string> {
  const pairs = splitList(text).map((pair) => pair.split('='));
  for (const [from, to, ...rest] of pairs) {
    if (!from || !to || rest.length > 0)
      throw new UsageError(
        `${where}: expected announced=dialled, such as 10.0.0.1:6379=localhost:7001, got '${text}'`,
      );
  }
  return Object.fromEntries(pairs) as Record<string, string>;
}

export function parseMilliseconds(value: unknown, where: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1) return number;
  throw new UsageError(`${where}: expected a whole number of milliseconds, got '${String(value)}'`);
}

export function splitList(text: string): string[] {
  return text.split(',').map((one) => one.trim());
}

/** Later sources win. */
export function mergeSettings(sources: readonly Settings[]): Settings {
  return sources.reduce((below, above) => ({
    ...lay(below, above, ['url', 'sentinels']),
    sentinel: lay(below.sentinel ?? {}, above.sentinel ?? {}, ['password', 'passwordFile']),
    node: lay(below.node ?? {}, above.node ?? {}, ['password', 'passwordFile']),
    mapAddress: { ...below.mapAddress, ...above.mapAddress },
  }));
}

/** One on top of the other, where `alternatives` are ways to say the same: who says one has said them all. */
function lay<T extends object>(below: T, above: T, alternatives: readonly (keyof T)[]): T {
  const said = alternatives.some((key) => above[key] !== undefined);
  const left = Object.entries(below).filter(([key]) => !said || !alternatives.includes(key as keyof T));
  return { ...(Object.fromEntries(left) as T), ...above };
}
