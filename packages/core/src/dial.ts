import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket, type ConnectionOptions } from 'node:tls';
import { formatAddress, type NodeAddress } from './address.ts';
import { deadline } from './clock.ts';
import type { CredentialsSource } from './credentials.ts';
import { SwitchmasterError } from './errors.ts';
import { markAddress } from './socket-address.ts';

/** Whom to dial, and how. */
export interface Endpoint {
  /** `sentinel` or `node`, for messages. */
  readonly kind: 'sentinel' | 'node';
  /** The announced address: what it is known by. */
  readonly address: NodeAddress;
  /** The address to dial for it, asked anew each time; the user's own, so it may throw. */
  readonly mapAddress: (address: NodeAddress) => NodeAddress;
  readonly credentials: CredentialsSource;
  readonly tls: ConnectionOptions | undefined;
  /** How host names become addresses, asked anew each time; the user's own as well. */
  readonly lookup: LookupFunction | undefined;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly credentialsTimeoutMs: number;
}

/** `sentinel s1:26379`, for messages. */
export function nameOf(endpoint: Endpoint): string {
  const announced = formatAddress(endpoint.address);
  const dialled = formatAddress(targetOf(endpoint) ?? endpoint.address);
  return `${endpoint.kind} ${announced}${dialled === announced ? '' : ` (dialled at ${dialled})`}`;
}

function targetOf({ address, mapAddress }: Endpoint): NodeAddress | undefined {
  try {
    return mapAddress(address);
  } catch {
    return undefined;
  }
}

/**
 * Opens a TCP or TLS socket within the connect timeout, unless `signal` fires. It does not keep the process alive.
 *
 * Each is marked with where it leads, also those that nobody is given: sockets with and without a property more are two
 * kinds of object to V8, and with two kinds in the process ioredis, as it writes by itself, was 1 to 4 % slower with 50
 * commands in flight.
 */
export async function dial(endpoint: Endpoint, signal: AbortSignal): Promise<Socket> {
  const socket = markAddress(open(endpoint, endpoint.mapAddress(endpoint.address)), endpoint.address);
  socket.unref().setNoDelay(true).setKeepAlive(true, 5000);
  return new Promise((resolve, reject) => {
    const inTime = deadline(endpoint.connectTimeoutMs, () => fail(new Error(late(endpoint, socket))));
    const aborted = (): void => fail(new Error('no longer needed'));
    const settle = (): void => {
      inTime();
      signal.removeEventListener('abort', aborted);
    };
    const fail = (cause: Error): void => {
      settle();
      socket.destroy();
      reject(unreachable(endpoint, socket, cause));
    };
    const closed = (): void => fail(new Error('connection closed before it was ready'));
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted);
    socket.once('error', fail).once('close', closed);
    socket.once(endpoint.tls ? 'secureConnect' : 'connect', () => {
      settle();
      socket.off('error', fail).off('close', closed);
      socket.on('error', ignore);
      resolve(socket);
    });
  });
}

/** A socket that fails while nobody listens must not end the process. It keeps nothing of the dialling in memory. */
function ignore(): void {}

function open(endpoint: Endpoint, { host, port }: NodeAddress): Socket {
  const { address, tls, lookup } = endpoint;
  const target = { host, port, ...(lookup && { lookup: guarded(lookup) }) };
  return tls ? connectTls({ ...target, ...serverName(host, address.host), ...tls }) : connectTcp(target);
}

/** What it throws would come out of `connect()` at once, past every listener. */
function guarded(lookup: LookupFunction): LookupFunction {
  return (host, options, callback) => {
    try {
      lookup(host, options, callback);
    } catch (error) {
      process.nextTick(callback, error, []);
    }
  };
}

/** An IP address is no server name in TLS; a host name is the node's own, be it dialled or only announced. */
function serverName(...hosts: readonly string[]): { servername?: string } {
  const servername = hosts.find((host) => !isIP(host));
  return servername === undefined ? {} : { servername };
}

/** A server that waits for commands in plain text takes the greeting of TLS for the start of one, and waits on. */
function late({ kind, tls, connectTimeoutMs }: Endpoint, socket: Socket): string {
  if (!tls || socket.connecting) return `no connection within ${connectTimeoutMs} ms`;
  return `no TLS handshake within ${connectTimeoutMs} ms (if its port is a plain one, leave out \`${kind}.tls\`)`;
}

function unreachable(endpoint: Endpoint, socket: Socket, cause: Error): SwitchmasterError {
  const { kind } = endpoint;
  const why = certificateProblem(kind, socket, cause) ?? problemOfTls(kind, cause);
  if (why !== undefined) {
    return new SwitchmasterError('PROTOCOL_ERROR', `${nameOf(endpoint)} ${why}`, { cause });
  }
  const code = kind === 'sentinel' ? 'SENTINELS_UNREACHABLE' : 'MASTER_UNREACHABLE';
  return new SwitchmasterError(code, `${nameOf(endpoint)} cannot be reached: ${whyOf(cause)}`, { cause });
}

/** A name with several addresses fails with an error of each, and no words of its own. */
function whyOf(cause: Error): string {
  if (!(cause instanceof AggregateError)) return cause.message;
  return cause.errors.map((error: unknown) => (error as Error).message).join(', ');
}

function certificateProblem(kind: Endpoint['kind'], socket: Socket, cause: Error): string | undefined {
  if (!(socket instanceof TLSSocket && (socket.authorizationError as unknown))) return undefined;
  return `shows a certificate that is not accepted: ${cause.message}; check \`${kind}.tls\`, its \`ca\` and \`servername\``;
}

/** What waiting does not mend. With TLS 1.3, a refusal of our certificate comes when the handshake is over. */
export function problemOfTls(kind: Endpoint['kind'], cause: Error): string | undefined {
  const { code = '', reason = cause.message } = cause as NodeJS.ErrnoException & { readonly reason?: string };
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL')) return undefined;
  if (code.includes('_ALERT_'))
    return `refuses our TLS: ${reason}; check \`${kind}.tls\`, its \`cert\` and \`key\``;
  return `does not speak TLS; leave out \`${kind}.tls\` or name its TLS port`;
}
