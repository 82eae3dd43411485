import { type Command, Option } from 'commander';
import type { Path } from './origin.ts';
import {
  kinds,
  parseMappings,
  parseMilliseconds,
  splitList,
  type Kind,
  type ServerSettings,
  type Settings,
} from './settings.ts';

export const defaultTimeoutMs = 2000;

/** Adds the flags that say which deployment a command is about, and how to get in. */
export function addConnectionFlags(command: Command): void {
  const add = (flags: string, description: string): void =>
    void command.addOption(new Option(flags, description).helpGroup('Connection:'));
  const addList = (flags: string, description: string): void =>
    void command.addOption(new Option(flags, description).argParser(append).helpGroup('Connection:'));

  addList('-s, --sentinel <host:port>', 'a sentinel; repeat it, or use commas');
  add('-n, --name <name>', "the master's name in the sentinels' configuration");
  add('-u, --url <url>', 'in place of both: redis+sentinel://s1:26379,s2:26379/mymaster');
  for (const kind of kinds) {
    add(`--${kind}-username <name>`, `ACL user at the ${kind}s`);
    add(`--${kind}-password-file <file>`, 'file with the password, - for stdin');
    add(`--${kind}-tls`, `speak TLS to the ${kind}s`);
    add(`--${kind}-ca <file>`, `authorities to trust, implies --${kind}-tls`);
    add(`--${kind}-cert <file>`, 'certificate to show');
    add(`--${kind}-key <file>`, 'its private key');
    add(`--${kind}-servername <name>`, 'name to expect in their certificates');
  }
  addList('--map-address <from=to>', 'dial another address than the announced one (NAT)');
  add('--timeout-ms <ms>', `deadline of each connection and answer (default: ${defaultTimeoutMs})`);
  add('-c, --config <file>', 'config file (default: the nearest switchmaster.json)');
}

function append(text: string, before: string[] = []): string[] {
  return [...before, ...splitList(text)];
}

/** What the flags of a command say. */
export function settingsFromFlags(command: Command): Settings & { readonly config?: string } {
  const { name, url, sentinel, mapAddress, timeoutMs, config } = command.opts<{
    readonly name?: string;
    readonly url?: string;
    readonly sentinel?: string[];
    readonly mapAddress?: string[];
    readonly timeoutMs?: string;
    readonly config?: string;
  }>();
  return {
    ...(name !== undefined && { name }),
    ...(url !== undefined && { url }),
    ...(sentinel !== undefined && { sentinels: sentinel }),
    ...(mapAddress !== undefined && { mapAddress: parseMappings(mapAddress.join(','), '--map-address') }),
    ...(timeoutMs !== undefined && { timeoutMs: parseMilliseconds(timeoutMs, '--timeout-ms') }),
    ...(config !== undefined && { config }),
    sentinel: serverFromFlags(command, 'sentinel'),
    node: serverFromFlags(command, 'node'),
  };
}

/** `--node-password-file` is kept by commander as `nodePasswordFile`. */
function serverFromFlags(command: Command, kind: Kind): ServerSettings {
  const prefix = new RegExp(`^${kind}(?=[A-Z])`);
  const own = Object.entries<unknown>(command.opts()).filter(([key]) => prefix.test(key));
  const renamed = own.map(([key, value]): [string, unknown] => {
    const name = key.replace(prefix, '');
    return [name.charAt(0).toLowerCase() + name.slice(1), value];
  });
  return Object.fromEntries(renamed) as ServerSettings;
}

/** `node.passwordFile` is given as `--node-password-file`. */
export function flagOf(path: Path): string {
  if (path === 'sentinels') return '--sentinel';
  return `--${path.replace('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
