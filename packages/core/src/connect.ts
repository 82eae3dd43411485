import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatAddress, type NodeAddress } from './address.ts';
import { backoff } from './backoff.ts';
import { longestMs } from './clock.ts';
import type { Endpoint } from './dial.ts';
import { asSwitchmasterError, SwitchmasterError } from './errors.ts';
import { askRole, openNode } from './node.ts';
import { linkSignals, throwIfAborted } from './waiting.ts';

export type ConnectRole = 'master' | 'replica';

/** What connecting needs of a resolver. */
export interface Source {
  /** Fires when the resolver is closed. */
  readonly closing: AbortSignal;
  master(signal: AbortSignal): Promise<NodeAddress>;
  /** Whether it is the master still, and traffic flows. */
  isOpen(address: NodeAddress): boolean;
  /** A healthy replica that is none of these. */
  pickReplica(refused: ReadonlySet<string>): NodeAddress | undefined;
  endpoint(address: NodeAddress): Endpoint;
  /** A socket goes to its new owner. */
  handOut(socket: Socket): void;
  suspect(address: NodeAddress): void;
  diagnose(): SwitchmasterError;
}

/** Dials until a socket's peer says the right role; see {@link Resolver.connect}. */
export async function connect(
  source: Source,
  role: ConnectRole,
  userSignal: AbortSignal | undefined,
): Promise<Socket> {
  const { signal, unlink } = linkSignals(userSignal, source.closing);
  const stayAlive = setInterval(() => {}, longestMs);
  try {
    return await untilConnected(source, role, signal);
  } finally {
    clearInterval(stayAlive);
    unlink();
  }
}

async function untilConnected(source: Source, role: ConnectRole, signal: AbortSignal): Promise<Socket> {
  const refused = new Set<string>();
  let failure: SwitchmasterError | undefined;
  const diagnose = (): SwitchmasterError => failure ?? source.diagnose();
  for (let pause = backoff({ initialMs: 10, maxMs: 500 }); ; pause = pause.next()) {
    throwIfAborted(signal, diagnose);
    const pick = (): NodeAddress | undefined =>
      role === 'replica' ? source.pickReplica(refused) : undefined;
    const known = pick();
    const master = known ?? (await source.master(signal));
    // Who asks before anything is known waits for the master, and with it come the replicas.
    const replica = known ?? pick();
    const address = replica ?? master;
    try {
      const socket = await dialRole(source.endpoint(address), replica ? 'replica' : 'master', signal);
      if (replica || source.isOpen(address)) {
        source.handOut(socket);
        return socket;
      }
      socket.destroy();
    } catch (error) {
      throwIfAborted(signal, diagnose);
      failure = asSwitchmasterError(error, 'MASTER_UNREACHABLE');
      if (replica) refused.add(formatAddress(address));
      else source.suspect(address);
    }
    await sleep(pause.delayMs, undefined, { signal }).catch(() => {});
  }
}

async function dialRole(endpoint: Endpoint, expected: ConnectRole, signal: AbortSignal): Promise<Socket> {
  const connection = await openNode(endpoint, signal);
  try {
    const { kind } = await askRole(connection, endpoint);
    if (kind === expected) return connection.detach();
    const message = `${formatAddress(endpoint.address)} is no ${expected} but a ${kind}`;
    throw new SwitchmasterError('ROLE_MISMATCH', message);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}
