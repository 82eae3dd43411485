import type { ConnectionOptions as TlsOptions } from 'node:tls';
import {
  addressKey,
  createServers,
  isSwitchmasterError,
  parseAddress,
  type NodeAddress,
  type ServerOptions,
} from '@switchmaster/core';
import type { Command } from 'commander';
import { settingsFromEnvironment, variableOf } from './connection/environment.ts';
import { fileName, settingsFromFile } from './connection/file.ts';
import { addConnectionFlags, defaultTimeoutMs, flagOf, settingsFromFlags } from './connection/flags.ts';
import { Origins, type Path } from './connection/origin.ts';
import { readText, Secrets } from './connection/secret.ts';
import { mergeSettings, type Kind, type ServerSettings, type Settings } from './connection/settings.ts';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';

/** Where a deployment is and how to get in. `createResolver()` and `createServers()` take it as it is. */
export interface ConnectionOptions {
  readonly name: string;
  /** Texts `host:port`, or one URL. */
  readonly sentinels: readonly string[] | string;
  readonly sentinel: ServerOptions;
  readonly node: ServerOptions;
  readonly mapAddress: (address: NodeAddress) => NodeAddress;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

/** Adds the flags that {@link readConnectionOptions} reads. */
export function addConnectionOptions(command: Command): Command {
  addConnectionFlags(command);
  return command;
}

/** Flags before environment before file. All is checked here, before anything is dialled. */
export async function readConnectionOptions(command: Command, context: Context): Promise<ConnectionOptions> {
  const { config: flagged, ...flags } = settingsFromFlags(command);
  const { config, ...environment } = settingsFromEnvironment(context.env);
  const file = await settingsFromFile(flagged ?? config);
  const sources = [file, { settings: environment, nameOf: variableOf }, { settings: flags, nameOf: flagOf }];
  const origins = new Origins(sources);
  const settings = mergeSettings(sources.map((source) => source.settings));
  const secrets = new Secrets(context);
  const timeoutMs = settings.timeoutMs ?? defaultTimeoutMs;
  const options = {
    name: settings.name,
    sentinels: whereabouts(settings),
    // One after the other: both may ask stdin for a password.
    sentinel: await serverOptions('sentinel', settings.sentinel ?? {}, secrets, origins),
    node: await serverOptions('node', settings.node ?? {}, secrets, origins),
    mapAddress: addressMap(settings.mapAddress ?? {}, origins),
    connectTimeoutMs: timeoutMs,
    commandTimeoutMs: timeoutMs,
  };
  try {
    return { ...options, name: createServers(options).name };
  } catch (cause) {
    if (isSwitchmasterError(cause)) throw new UsageError(origins.translate(cause.message), { cause });
    throw cause;
  }
}

function whereabouts({ name, url, sentinels }: Settings): readonly string[] | string {
  if (url !== undefined && sentinels !== undefined)
    throw new UsageError('expected a URL or a list of sentinels, got both');
  if (url === undefined && sentinels === undefined) {
    const ways = `--sentinel <host:port> --name <name>, --url <url>, SWITCHMASTER_URL or ${fileName}`;
    throw new UsageError(`expected to be told where the sentinels are: ${ways}`);
  }
  if (url === undefined && name === undefined)
    throw new UsageError(
      "expected the master's name: --name <name>, SWITCHMASTER_NAME or `name` in the config file",
    );
  return url ?? sentinels ?? [];
}

async function serverOptions(
  kind: Kind,
  settings: ServerSettings,
  secrets: Secrets,
  origins: Origins,
): Promise<ServerOptions> {
  const { username, passwordFile, tls, ca, cert, key, servername } = settings;
  const where = (path: Path): string => origins.of(path) ?? path;
  const pem = async (file: string | undefined, name: 'ca' | 'cert' | 'key'): Promise<string | undefined> =>
    file === undefined ? undefined : await readText(file, where(`${kind}.${name}`));
  const given: TlsOptions = {
    ca: await pem(ca, 'ca'),
    cert: await pem(cert, 'cert'),
    key: await pem(key, 'key'),
    servername,
  };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    username,
    password:
      passwordFile === undefined
        ? settings.password
        : await secrets.read(passwordFile, where(`${kind}.passwordFile`)),
    tls: (tls ?? Object.keys(options).length > 0) ? options : false,
  };
}

function addressMap(
  mappings: Readonly<Record<string, string>>,
  origins: Origins,
): (address: NodeAddress) => NodeAddress {
  const parse = (text: string, from: string): NodeAddress => {
    try {
      return parseAddress(text, 6379);
    } catch (cause) {
      const names = (value: unknown): boolean => value instanceof Object && Object.hasOwn(value, from);
      throw new UsageError(`${origins.of('mapAddress', names)}: ${(cause as Error).message}`, { cause });
    }
  };
  const map = new Map(
    Object.entries(mappings).map(([from, to]) => [addressKey(parse(from, from)), parse(to, from)]),
  );
  return (address) => map.get(addressKey(address)) ?? address;
}
