import { UsageError } from '../errors.ts';
import type { Path } from './origin.ts';
import {
  parseMappings,
  parseMilliseconds,
  serverTexts,
  splitList,
  type Kind,
  type ServerSettings,
  type Settings,
} from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says: `SWITCHMASTER_` and the name of the flag, as in `SWITCHMASTER_NODE_CA`. */
export function settingsFromEnvironment(env: Environment): Settings & { readonly config?: string } {
  const get = (name: string): string | undefined => env[`SWITCHMASTER_${name}`] || undefined;
  const name = get('NAME');
  const url = get('URL');
  const sentinels = get('SENTINELS');
  const mapAddress = get('MAP_ADDRESS');
  const timeoutMs = get('TIMEOUT_MS');
  const config = get('CONFIG');
  return {
    ...(name !== undefined && { name }),
    ...(url !== undefined && { url }),
    ...(sentinels !== undefined && { sentinels: splitList(sentinels) }),
    ...(mapAddress !== undefined && { mapAddress: parseMappings(mapAddress, 'SWITCHMASTER_MAP_ADDRESS') }),
    ...(timeoutMs !== undefined && { timeoutMs: parseMilliseconds(timeoutMs, 'SWITCHMASTER_TIMEOUT_MS') }),
    ...(config !== undefined && { config }),
    sentinel: serverFromEnvironment(env, 'sentinel'),
    node: serverFromEnvironment(env, 'node'),
  };
}

function serverFromEnvironment(env: Environment, kind: Kind): ServerSettings {
  const texts = serverTexts.map((key) => [key, env[variableOf(`${kind}.${key}`)]] as const);
  const tls = env[variableOf(`${kind}.tls`)];
  return {
    ...(Object.fromEntries(texts.filter(([, value]) => value)) as ServerSettings),
    ...(tls && { tls: parseSwitch(tls, variableOf(`${kind}.tls`)) }),
  };
}

function parseSwitch(text: string, where: string): boolean {
  if (['1', 'true', 'yes'].includes(text)) return true;
  if (['0', 'false', 'no'].includes(text)) return false;
  throw new UsageError(`${where}: expected 1 or 0, got '${text}'`);
}

/** `node.passwordFile` is given as `SWITCHMASTER_NODE_PASSWORD_FILE`. */
export function variableOf(path: Path): string {
  return `SWITCHMASTER_${path.replace('.', '_').replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}
