import type { LookupFunction } from 'node:net';
import { createSecureContext, type ConnectionOptions } from 'node:tls';
import { AskedCredentials, type CredentialsProvider, type CredentialsSource } from './credentials.ts';
import { invalid, kindOf, knownKeys } from './invalid.ts';

/** How to talk to a kind of server. */
export interface ServerOptions {
  /** ACL user. Default: the server's `default` user, if a password is given. */
  readonly username?: string | undefined;
  /** Default: no authentication. */
  readonly password?: string | undefined;
  /**
   * For credentials that change, in place of `username` and `password`: gives those that are valid now. It is
   * asked for every connection, several at once, so it should keep what it has until that is about to expire.
   */
  readonly credentials?: CredentialsProvider | undefined;
  /**
   * `true`, or options of `tls.connect()`. A node that is known by a host name is asked for under that name,
   * unless `servername` says otherwise. Default: plain TCP.
   */
  readonly tls?: boolean | ConnectionOptions | undefined;
  /** As of `net.connect()`: how host names become addresses, asked at every dial. Default: `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
}

export interface CheckedServer {
  readonly credentials: CredentialsSource;
  readonly tls: ConnectionOptions | undefined;
  readonly lookup: LookupFunction | undefined;
}

export function checkServer(server: unknown, option: 'sentinel' | 'node'): CheckedServer {
  if (server === undefined) return { credentials: {}, tls: undefined, lookup: undefined };
  if (typeof server !== 'object' || server === null) throw invalid(option, 'an object', kindOf(server));
  knownKeys(server, `\`${option}\``, ['username', 'password', 'credentials', 'tls', 'lookup']);
  const { tls, lookup } = server as ServerOptions;
  if (lookup !== undefined && typeof lookup !== 'function')
    throw invalid(`${option}.lookup`, 'a function, as of net.connect()', kindOf(lookup));
  return {
    credentials: checkCredentials(server, option),
    tls: checkTls(tls, option),
    lookup,
  };
}

/** The values may be secrets: their types have to do. */
function checkCredentials(
  { username, password, credentials }: ServerOptions,
  option: 'sentinel' | 'node',
): CredentialsSource {
  for (const [key, value] of Object.entries({ username, password })) {
    if (value !== undefined && typeof value !== 'string') {
      const expected = `a string (for one that changes, give \`${option}.credentials\`)`;
      throw invalid(`${option}.${key}`, expected, kindOf(value));
    }
    if (value !== undefined && credentials !== undefined)
      throw invalid(`${option}.${key}`, `nothing beside \`${option}.credentials\``, kindOf(value));
  }
  if (credentials !== undefined) return checkProvider(credentials, `${option}.credentials`);
  if (username === undefined || password !== undefined) return { username, password };
  throw invalid(`${option}.password`, `a string, as \`${option}.username\` is given`, kindOf(password));
}

function checkProvider(credentials: unknown, option: string): AskedCredentials {
  if (typeof credentials === 'function')
    return new AskedCredentials(credentials as CredentialsProvider, option);
  throw invalid(option, 'a function that gives { username, password }', kindOf(credentials));
}

/** Certificates and keys that cannot be read are told now, and not at each dial. */
function checkTls(tls: ServerOptions['tls'], option: 'sentinel' | 'node'): ConnectionOptions | undefined {
  if (tls === undefined || typeof tls === 'boolean') return tls ? {} : undefined;
  if (typeof tls !== 'object' || tls === null)
    throw invalid(`${option}.tls`, 'true, false or options of tls.connect()', kindOf(tls));
  try {
    createSecureContext(tls);
    return tls;
  } catch (error) {
    // Node.js goes on with the value that it has received.
    const why = (error as Error).message.replace(/\.? Received\b[^]*/, '');
    throw invalid(`${option}.tls`, 'options that tls.connect() can use', `'${why}'`);
  }
}
