import { isIPv6 } from 'node:net';

/** Where a node listens. An IPv6 address stands without brackets. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** Whether it may be a host name or IP address: nothing else has to be shown, dialled or compared. */
export function isHost(text: string): boolean {
  return isIPv6(text) || (text.length <= 255 && /^[^\s\p{Cc}:/@?#[\]\\]+$/u.test(text));
}

/** The same text for the same address, however it was spelt: `host:port`, `[::1]:port`. */
export function addressKey({ host, port }: NodeAddress): string {
  // Asked for many times in a failover, and all but IPv6 addresses are told at a glance.
  const isV6 = host.includes(':') && isIPv6(host);
  return `${isV6 ? `[${canonicalIPv6(host)}]` : host.toLowerCase()}:${port}`;
}

export function sameAddress(a: NodeAddress, b: NodeAddress): boolean {
  return a.port === b.port && (a.host === b.host || addressKey(a) === addressKey(b));
}

/** As people and URLs write it: `host:port`, an IPv6 address in brackets. */
export function formatAddress({ host, port }: NodeAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Reads `host`, `host:port`, `[::1]`, `[::1]:port` or a bare IPv6 address.
 *
 * @example
 * parseAddress('s1', 26379); // { host: 's1', port: 26379 }
 */
export function parseAddress(text: string, defaultPort: number): NodeAddress {
  const { host, port } = split(text);
  if (host === undefined) throw new TypeError(`expected host, host:port or [IPv6]:port, got ${quote(text)}`);
  const number = port === undefined ? defaultPort : Number(port);
  if (!isPort(number))
    throw new TypeError(`expected a port from 1 to 65535, got ${number} in ${quote(text)}`);
  return Object.freeze({ host, port: number });
}

function split(text: string): { host?: string | undefined; port?: string | undefined } {
  if (isIPv6(text)) return { host: text };
  const bracketed = /^\[(?<host>[^\]]*)\](:(?<port>\d+))?$/.exec(text)?.groups;
  if (bracketed !== undefined) return isIPv6(bracketed['host'] ?? '') ? bracketed : {};
  return /^(?<host>[^\s:/@?#[\]\\]+)(:(?<port>\d+))?$/.exec(text)?.groups ?? {};
}

function canonicalIPv6(host: string): string {
  const [address = '', zone] = host.split('%');
  // URL knows the one canonical form, but no zones; and interface names may differ by case only.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  return zone === undefined ? canonical : `${canonical}%${zone}`;
}

/** What stands before an `@`, somewhere in a URL, or in place of a port may be a password. */
function quote(text: string): string {
  const at = text.lastIndexOf('@');
  const shown = at === -1 ? text.replace(/:\/\/.*/s, '://...') : `...${text.slice(at)}`;
  return JSON.stringify(shown.replace(/:[^:/]*\p{L}[^:]*$/u, ':...'));
}
