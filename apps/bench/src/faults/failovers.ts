import type { Observer } from '@switchmaster/testing';
import type { Promotion } from './tally.ts';

type Recorded = Pick<Observer, 'events' | 'roleChanges'>;

/** The replicas that became masters since the fault, in order, each with its first announcement. */
export function promotionsOf(
  { events, roleChanges }: Recorded,
  faultAt: number,
  nodes: ReadonlySet<string>,
): Promotion[] {
  const roles = new Map<string, string>();
  const promotions: (Promotion & { readonly node: string })[] = [];
  for (const { node, role, wallMs } of roleChanges) {
    if (!nodes.has(node) || role === 'hung' || role === 'down') continue;
    if (roles.get(node) === 'replica' && role === 'master' && wallMs >= faultAt) {
      promotions.push({ node, at: wallMs, announcedAt: undefined });
    }
    roles.set(node, role);
  }
  return promotions.map(({ node, at }) => {
    const isIt = (channel: string, payload: string, wallMs: number): boolean =>
      channel === '+switch-master' && wallMs >= at && newMasterIn(payload) === node;
    const first = events.find(({ channel, payload, wallMs }) => isIt(channel, payload, wallMs));
    return { at, announcedAt: first?.wallMs };
  });
}

/** `<master name> <old ip> <old port> <new ip> <new port>` */
function newMasterIn(payload: string): string {
  const [, , , host, port] = payload.split(' ');
  return `${host}:${port}`;
}
