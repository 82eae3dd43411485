import { dirname, resolve } from 'node:path';
import { lilconfig } from 'lilconfig';
import { UsageError } from '../errors.ts';
import type { Source } from './origin.ts';
import { kinds, parseMilliseconds, serverTexts, type ServerSettings, type Settings } from './settings.ts';

export const fileName = 'switchmaster.json';

const known = ['name', 'url', 'sentinels', ...kinds, 'mapAddress', 'timeoutMs'];
const filesOfServer = [
  'passwordFile',
  'ca',
  'cert',
  'key',
] as const satisfies readonly (keyof ServerSettings)[];

/** Reads the config file that is named, or the nearest one from the working folder upwards, if there is any. */
export async function settingsFromFile(path: string | undefined): Promise<Source> {
  const finder = lilconfig('switchmaster', { searchPlaces: [fileName] });
  const found = await (path === undefined ? finder.search() : finder.load(path)).catch((cause: unknown) => {
    throw new UsageError(`${path ?? fileName}: ${(cause as Error).message}`, { cause });
  });
  const file = found?.filepath ?? fileName;
  return {
    settings: found ? checkSettings(found.config, file) : {},
    nameOf: (key) => `${file}: \`${key}\``,
  };
}

/** Checks what a file holds, and makes its paths absolute. */
export function checkSettings(value: unknown, file: string): Settings {
  const wrong = (where: string, expected: string): UsageError =>
    new UsageError(`${file}: \`${where}\`: expected ${expected}`);
  const object = (one: unknown, where: string, keys?: readonly string[]): Record<string, unknown> => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) throw wrong(where, 'an object');
    const unknown = Object.keys(one).find((key) => keys && !keys.includes(key));
    if (unknown !== undefined)
      throw wrong(`${where}.${unknown}`.replace(/^file\./, ''), `one of ${keys?.join(', ')}`);
    return one as Record<string, unknown>;
  };
  const text = (one: unknown, where: string): string => {
    // Never what came: it may be a password.
    if (typeof one !== 'string' || one === '') throw wrong(where, 'a text');
    return one;
  };
  const server = (one: unknown, where: string): ServerSettings => {
    const given = object(one, where, [...serverTexts, 'tls']);
    for (const key of serverTexts) if (key in given) text(given[key], `${where}.${key}`);
    if ('tls' in given && typeof given['tls'] !== 'boolean') throw wrong(`${where}.tls`, 'true or false');
    const paths = filesOfServer.filter((key) => key in given);
    return {
      ...given,
      ...Object.fromEntries(paths.map((key) => [key, resolve(dirname(file), String(given[key]))])),
    };
  };

  const given = object(value, 'file', known);
  for (const key of ['name', 'url'] as const) if (key in given) text(given[key], key);
  if ('sentinels' in given) {
    if (!Array.isArray(given['sentinels'])) throw wrong('sentinels', 'a list of texts "host:port"');
    given['sentinels'].forEach((one, i) => text(one, `sentinels[${i}]`));
  }
  if ('mapAddress' in given) {
    for (const [from, to] of Object.entries(object(given['mapAddress'], 'mapAddress')))
      text(to, `mapAddress.${from}`);
  }
  return {
    ...(given as Settings),
    ...('timeoutMs' in given && {
      timeoutMs: parseMilliseconds(given['timeoutMs'], `${file}: \`timeoutMs\``),
    }),
    ...Object.fromEntries(
      kinds.filter((kind) => kind in given).map((kind) => [kind, server(given[kind], kind)]),
    ),
  };
}
