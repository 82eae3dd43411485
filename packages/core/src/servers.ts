import type { PeerCertificate } from 'node:tls';
import type { NodeAddress } from './address.ts';
import { longestMs } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Endpoint } from './dial.ts';
import { invalid } from './invalid.ts';
import { openNode } from './node.ts';
import { checkResolverOptions, isSentinelSet, type ResolverOptions } from './options.ts';
import type { Reply } from './resp/reply.ts';

export type ServerKind = 'sentinel' | 'node';

/** An authenticated connection to one server, on RESP2, for questions of your own. It does not dial again. */
export interface ServerConnection extends Disposable {
  readonly kind: ServerKind;
  /** The announced address: what the server is known by. */
  readonly address: NodeAddress;
  /** What the server showed in TLS; `undefined` on plain TCP. */
  readonly certificate: PeerCertificate | undefined;
  /**
   * One command. An error reply is thrown as a `ReplyError`. A command that is not answered within
   * `commandTimeoutMs` ends the connection.
   */
  request(...command: readonly (string | number)[]): Promise<Reply>;
  /** `SUBSCRIBE`; resolves when every channel is confirmed. The connection can do nothing else afterwards. */
  subscribe(
    channels: readonly string[],
    onMessage: (channel: string, payload: string) => void,
  ): Promise<void>;
  /** Calls `listener` once, when the connection is gone for whatever reason; at once if it is. */
  onClose(listener: (error: Error) => void): void;
  close(): void;
}

/** How each server of a deployment is reached, for tools that ask more than a resolver does. */
export interface Servers {
  /** The master's name. */
  readonly name: string;
  /** The sentinels that the options name. */
  readonly sentinels: readonly NodeAddress[];
  /** Dials and authenticates. The address is the announced one, `mapAddress` applies. */
  connect(
    kind: ServerKind,
    address: NodeAddress,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<ServerConnection>;
}

/**
 * Takes the options of `createResolver()` and connects to single servers with them. Nothing is dialled before
 * `connect()`, and nothing is kept.
 *
 * @example
 * const servers = createServers({ name: 'mymaster', sentinels: ['s1', 's2', 's3'] });
 * using sentinel = await servers.connect('sentinel', servers.sentinels[0]);
 * await sentinel.request('SENTINEL', 'CKQUORUM', servers.name);
 */
export function createServers(options: ResolverOptions): Servers {
  const { name, sentinels: set, node, ...timings } = checkResolverOptions(options);
  if (isSentinelSet(set)) throw invalid('sentinels', 'addresses or a URL', 'a sentinel set');
  const { mapAddress, connectTimeoutMs, commandTimeoutMs, credentialsTimeoutMs } = timings;
  const common = { mapAddress, connectTimeoutMs, commandTimeoutMs, credentialsTimeoutMs };
  return {
    name,
    sentinels: set.sentinels,
    async connect(kind, address, { signal = new AbortController().signal } = {}) {
      const endpoint: Endpoint = { kind, address, ...common, ...(kind === 'sentinel' ? set.server : node) };
      return serverConnection(await awake(openNode(endpoint, signal)), endpoint);
    },
  };
}

function serverConnection(connection: Connection, { kind, address }: Endpoint): ServerConnection {
  const close = (): void => connection.destroy();
  return {
    kind,
    address,
    certificate: connection.certificate,
    request: (...command) => awake(connection.request(...command)),
    subscribe: (channels, onMessage) => awake(connection.subscribe(channels, onMessage)),
    onClose: (listener) => connection.onClose(listener),
    close,
    [Symbol.dispose]: close,
  };
}

/** Sockets of ours keep no process alive; a call that waits does. */
async function awake<T>(call: Promise<T>): Promise<T> {
  const stayAlive = setInterval(() => {}, longestMs);
  try {
    return await call;
  } finally {
    clearInterval(stayAlive);
  }
}
