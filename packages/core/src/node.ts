import { Connection } from './connection.ts';
import { nameOf, type Endpoint } from './dial.ts';
import { isSwitchmasterError, SwitchmasterError } from './errors.ts';
import { isRefusal, refused } from './refusal.ts';
import { ReplyError } from './resp/reply.ts';
import { parseRole, type NodeRole } from './sentinel-messages.ts';

/** Dials a Redis node and authenticates; `signal` ends the connection at any time. */
export async function openNode(endpoint: Endpoint, signal: AbortSignal): Promise<Connection> {
  const connection = await Connection.open(endpoint, signal);
  try {
    await connection.authenticate();
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** Asks a node what it is: the fact that every notification is only a hint of. */
export async function askRole(connection: Connection, endpoint: Endpoint): Promise<NodeRole> {
  try {
    const role = parseRole(await connection.request('ROLE'));
    if (role !== undefined) return role;
    throw new SwitchmasterError('ROLE_MISMATCH', `${nameOf(endpoint)} is a sentinel, not a Redis node`);
  } catch (error) {
    if (isSwitchmasterError(error)) throw error;
    if (isRefusal(error)) throw refused(endpoint, error, ['ROLE']);
    // An error reply passes, as `-LOADING` does; another shape is no Redis node's.
    const code = error instanceof ReplyError ? 'MASTER_UNREACHABLE' : 'PROTOCOL_ERROR';
    const message = `${nameOf(endpoint)} has no answer to ROLE: ${connection.said(error as Error)}`;
    throw new SwitchmasterError(code, message);
  }
}
