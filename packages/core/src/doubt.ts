import type { Connection } from './connection.ts';
import { after } from './clock.ts';
import type { Endpoint } from './dial.ts';
import { askRole, openNode } from './node.ts';
import type { NodeRole } from './sentinel-messages.ts';

/** A role, and whether the connection that was asked is dead: then it was a fresh one that answered. */
export interface Answer {
  readonly role: NodeRole;
  readonly isDead: boolean;
}

/**
 * Asks for the role. If the answer is late, a fresh connection is asked too: where that one is answered, twice, and
 * the first one still is not, the node is well and the first line is dead. A node that hangs answers neither.
 */
export async function askDoubting(
  connection: Connection,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<Answer> {
  let isLate = true;
  const asked = askRole(connection, endpoint).finally(() => {
    isLate = false;
  });
  const answer = asked.then((role) => ({ role, isDead: false }));
  const late = lateness(endpoint, asked);
  const second = late.then(async (): Promise<Answer> => {
    const role = await askAnew(endpoint, signal);
    // The first one's word counts, be it an error: it may have come meanwhile.
    return isLate ? { role, isDead: true } : await answer;
  });
  // What a fresh connection fails at says nothing new: the first one has a deadline.
  return await Promise.race([answer, second.catch(() => answer)]);
}

/** Resolves when half of the time for an answer is over, and never if it came. */
function lateness({ commandTimeoutMs }: Endpoint, asked: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = after(commandTimeoutMs / 2, resolve);
    asked.then(cancel, cancel);
  });
}

/** Twice: whoever was asked long before has had its turn when the second answer comes. */
async function askAnew(endpoint: Endpoint, signal: AbortSignal): Promise<NodeRole> {
  const fresh = await openNode(endpoint, signal);
  try {
    await askRole(fresh, endpoint);
    return await askRole(fresh, endpoint);
  } finally {
    fresh.destroy();
  }
}
