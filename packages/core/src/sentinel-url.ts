import { parseAddress, type NodeAddress } from './address.ts';
import type { Credentials } from './credentials.ts';
import { SwitchmasterError } from './errors.ts';
import { invalid } from './invalid.ts';

export const addressesExpected = "sentinels' addresses, such as [{ host: 's1', port: 26379 }]";

export interface SentinelUrl {
  readonly sentinels: readonly NodeAddress[];
  readonly credentials: Credentials;
  readonly name: string | undefined;
  readonly secure: boolean;
}

const urlShape =
  /^redis(?<secure>s?)\+sentinel:\/\/(?:(?<auth>.*)@)?(?<hosts>[^/?#@]+)(?:\/(?<name>[^/?#]*))?$/;

/** The WHATWG URL has no room for several hosts, so this is read by hand. It may hold a password: never shown. */
export function parseSentinelUrl(text: string): SentinelUrl {
  const parts = urlShape.exec(text)?.groups;
  if (parts === undefined) {
    const expected = `${addressesExpected}, or a URL like 'redis+sentinel://s1:26379,s2:26379/mymaster'`;
    throw invalid('sentinels', expected, 'another text');
  }
  const { secure, auth, hosts, name } = parts;
  return {
    sentinels: (hosts ?? '').split(',').map((host, index) => parseHost(host, `sentinels[${index}]`)),
    credentials: parseAuth(auth),
    name: name ? decode(name) : undefined,
    secure: secure === 's',
  };
}

/** Who forgets the `@` and what follows it has a user and a password where hosts should be. */
function parseHost(text: string, option: string): NodeAddress {
  try {
    return parseAddress(text, 26379);
  } catch {
    throw invalid(option, 'host, host:port or [IPv6]:port in the URL', 'another text');
  }
}

function parseAuth(auth: string | undefined): Credentials {
  if (auth === undefined) return {};
  const colon = auth.indexOf(':');
  if (colon === -1) return { password: decode(auth) };
  const username = decode(auth.slice(0, colon));
  return { username: username === '' ? undefined : username, password: decode(auth.slice(colon + 1)) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('sentinels', 'a URL in which % starts an escape, such as %25', 'a broken escape');
  }
}

/** `'host'` or `'host:port'`, where `option` says which one it is. */
export function parseSentinel(text: string, option: string): NodeAddress {
  try {
    return parseAddress(text, 26379);
  } catch (cause) {
    throw new SwitchmasterError('INVALID_OPTION', `\`${option}\`: ${(cause as Error).message}`, { cause });
  }
}
