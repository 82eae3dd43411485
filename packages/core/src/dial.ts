import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { formatAddress, type NodeAddress } from './address.ts';
import { SwitchmasterError } from './errors.ts';

/** How a user and password are given; a password alone is the `default` user's. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Whom to dial, and how. */
export interface Endpoint {
  /** `sentinel` or `node`, for messages. */
  readonly kind: 'sentinel' | 'node';
  /** The announced address: what it is known by. */
  readonly address: NodeAddress;
  /** The address to dial. */
  readonly target: NodeAddress;
  readonly credentials: Credentials;
  readonly tls: ConnectionOptions | undefined;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

/** `sentinel s1:26379`, for messages. */
export function nameOf(endpoint: Endpoint): string {
  const mapped = formatAddress(endpoint.address) !== formatAddress(endpoint.target);
  const via = mapped ? ` (dialled at ${formatAddress(endpoint.target)})` : '';
  return `${endpoint.kind} ${formatAddress(endpoint.address)}${via}`;
}

/**
 * Opens a TCP or TLS socket within the connect timeout, unless `signal` fires. It does not keep the process
 * alive.
 */
export function dial(endpoint: Endpoint, signal: AbortSignal): Promise<Socket> {
  const { host, port } = endpoint.target;
  const socket = endpoint.tls
    ? connectTls({ host, port, ...serverName(host), ...endpoint.tls })
    : connectTcp({ host, port });
  socket.unref().setNoDelay(true).setKeepAlive(true, 5000);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => fail(new Error(`no connection within ${endpoint.connectTimeoutMs} ms`)),
      endpoint.connectTimeoutMs,
    ).unref();
    const aborted = (): void => fail(new Error('no longer needed'));
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    };
    const fail = (cause: Error): void => {
      settle();
      socket.destroy();
      reject(unreachable(endpoint, cause));
    };
    const closed = (): void => fail(new Error('connection closed before it was ready'));
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted);
    socket.once('error', fail).once('close', closed);
    socket.once(endpoint.tls ? 'secureConnect' : 'connect', () => {
      settle();
      socket.off('error', fail).off('close', closed);
      // A socket that fails while nobody listens must not end the process.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/** An IP address is no server name in TLS; a host name is the node's own. */
function serverName(host: string): { servername?: string } {
  return isIP(host) ? {} : { servername: host };
}

function unreachable(endpoint: Endpoint, cause: Error): SwitchmasterError {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    const message = `${nameOf(endpoint)} does not speak TLS; leave out \`${endpoint.kind}.tls\` or name its TLS port`;
    return new SwitchmasterError('PROTOCOL_ERROR', message, { cause });
  }
  const unreachableCode = endpoint.kind === 'sentinel' ? 'SENTINELS_UNREACHABLE' : 'MASTER_UNREACHABLE';
  const message = `${nameOf(endpoint)} cannot be reached: ${cause.message}`;
  return new SwitchmasterError(unreachableCode, message, { cause });
}
