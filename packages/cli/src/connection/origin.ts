import type { Kind, ServerSettings, Settings } from './settings.ts';

/** A setting, as the config file calls it. */
export type Path = Exclude<keyof Settings, Kind> | `${Kind}.${keyof ServerSettings}`;

/** Settings, and what whoever gave them calls each of them: a flag, a variable, a key of a file. */
export interface Source {
  readonly settings: Settings;
  readonly nameOf: (path: Path) => string;
}

/** Says where a setting was given, so that messages can name what the user has typed. */
export class Origins {
  readonly #sources: readonly Source[];

  /** Later sources win, as in the settings. */
  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  /** `undefined` where nobody has given it. `isMeant` tells apart those who gave a part of it. */
  of(path: Path, isMeant: (value: unknown) => boolean = (value) => value !== undefined): string | undefined {
    return this.#sources.findLast(({ settings }) => isMeant(valueAt(settings, path)))?.nameOf(path);
  }

  /** A message of core's, which names the options of `createServers()`. */
  translate(message: string): string {
    return message.replace(/`([^`]+)`/g, (quoted, option: string) => {
      const names = pathsOf(option).flatMap((path) => this.of(path) ?? []);
      return names.length > 0 ? names.join(', ') : (waysToGive(option) ?? quoted);
    });
  }
}

function valueAt(settings: Settings, path: Path): unknown {
  const [first, second] = path.split('.') as [keyof Settings, (keyof ServerSettings)?];
  return second === undefined ? settings[first] : (settings[first] as ServerSettings | undefined)?.[second];
}

/** The settings that an option is made from. */
function pathsOf(option: string): readonly Path[] {
  if (/^(connect|command)TimeoutMs$/.test(option)) return ['timeoutMs'];
  const [, name, key] = /^(name|sentinels|sentinel|node)(?:\[\d+\])?(?:\.(\w+))?$/.exec(option) ?? [];
  if (name === 'name') return ['name'];
  if (name === 'sentinels') return ['sentinels', 'url'];
  if (name !== 'sentinel' && name !== 'node') return [];
  if (key === 'username') return [`${name}.username`];
  if (key === 'password') return [`${name}.password`, `${name}.passwordFile`];
  return key === 'tls' ? [`${name}.ca`, `${name}.cert`, `${name}.key`] : [];
}

/** What is missing was typed nowhere. */
function waysToGive(option: string): string | undefined {
  const [, kind] = /^(sentinel|node)\.password$/.exec(option) ?? [];
  if (kind) return `--${kind}-password-file or SWITCHMASTER_${kind.toUpperCase()}_PASSWORD`;
  return option === 'name' ? '--name, or the name in --url' : undefined;
}
