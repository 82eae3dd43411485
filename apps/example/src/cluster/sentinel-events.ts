import type { SentinelEventMessage } from '../page/messages.ts';
import type { Sighting } from './failover-phases.ts';

/**
 * What a sentinel's event says of a failover of the master that was the master until now: the others tell late of
 * what is over.
 */
export function sightingIn(event: SentinelEventMessage, master: string | null): Sighting | undefined {
  const { at, channel, message } = event;
  const words = message.split(' ');
  switch (channel) {
    case '+sdown':
    case '+odown':
      // master <name> <host> <port> …
      return words[0] === 'master' ? about(at, 'down', words[2], words[3], master) : undefined;
    case '+selected-slave':
      // slave <address> <host> <port> @ <name> <master's host> <master's port>
      return `${words[6]}:${words[7]}` === master
        ? { at, phase: 'elected', node: `${words[2]}:${words[3]}` }
        : undefined;
    case '+switch-master':
      // <name> <old host> <old port> <new host> <new port>
      return { at, phase: 'announced', node: `${words[3]}:${words[4]}` };
    default:
      return undefined;
  }
}

function about(
  at: number,
  phase: 'down',
  host: string | undefined,
  port: string | undefined,
  master: string | null,
): Sighting | undefined {
  const node = `${host}:${port}`;
  return node === master ? { at, phase, node } : undefined;
}
