import type { ClusterNode, Reply } from '@switchmaster/testing';
import type { NodeView } from '../page/messages.ts';

/** What a node says of itself. */
export type Role = Pick<NodeView, 'role' | 'replicates' | 'linkUp'>;

/** Of a node that gives no answer. */
export const silent: Role = { role: null, replicates: null, linkUp: false };

/** Asks a node, past any partition. A frozen one is not waited for. */
export async function roleOf(node: ClusterNode): Promise<Role> {
  if (node.state !== 'running') return silent;
  try {
    // It may be frozen the moment after, and is asked again anyway.
    using client = await node.client({ timeoutMs: 1000 });
    return readRole(await client.command('ROLE'));
  } catch {
    return silent;
  }
}

/** Reads an answer to `ROLE`. */
export function readRole(reply: Reply): Role {
  const [kind, host, port, link] = Array.isArray(reply) ? reply.map(String) : [];
  if (kind === 'master') return { role: 'master', replicates: null, linkUp: false };
  if (kind !== 'slave') return silent;
  return { role: 'replica', replicates: `${host}:${port}`, linkUp: link === 'connected' };
}
