import type { Observation, Observer, SentinelEvent } from '@switchmaster/testing';
import type { Entry } from './timeline.ts';

/** A moment in milliseconds after the fault, and the node that it is about. */
export interface Step {
  readonly atMs: number;
  readonly node: string;
}

/** What the sentinels and the nodes did. Times are in milliseconds after the fault. */
export interface Failover {
  /** When the first sentinel missed the master, and when the quorum did. */
  readonly suspectedMs: number | undefined;
  readonly agreedMs: number | undefined;
  readonly selected: Step | undefined;
  readonly promoted: Step | undefined;
  /** One per sentinel that published `+switch-master`, in order. */
  readonly announcements: readonly Step[];
  readonly demotedMs: number | undefined;
}

/** Reads the record of a run, from the fault on. */
export function readFailover(
  { events, roleChanges }: Pick<Observer, 'events' | 'roleChanges'>,
  faultAt: number,
  oldMaster: string,
): Failover {
  const heard = events.filter(({ wallMs }) => wallMs >= faultAt);
  const roles = roleChanges.filter(({ wallMs }) => wallMs >= faultAt);
  const msOf = (seen: Observation | undefined): number | undefined => seen && seen.wallMs - faultAt;

  const selected = heard.find(({ channel }) => channel === '+selected-slave');
  const promoted = roles.find(({ node, role }) => node !== oldMaster && role === 'master');
  const switches = heard.filter(({ channel }) => channel === '+switch-master');
  return {
    suspectedMs: msOf(heard.find((event) => isAboutMaster(event, '+sdown'))),
    agreedMs: msOf(heard.find((event) => isAboutMaster(event, '+odown'))),
    // slave <name> <ip> <port> @ <master name> <ip> <port>
    selected: selected && { atMs: selected.wallMs - faultAt, node: addressIn(selected, 2) },
    promoted: promoted && { atMs: promoted.wallMs - faultAt, node: promoted.node },
    // <master name> <old ip> <old port> <new ip> <new port>
    announcements: switches.map((event) => ({ atMs: event.wallMs - faultAt, node: addressIn(event, 3) })),
    demotedMs: msOf(roles.find(({ node, role }) => node === oldMaster && role === 'replica')),
  };
}

/** Whether the sentinels failed over again, to another node. */
export function isSuperseded({ announcements }: Failover): boolean {
  return new Set(announcements.map(({ node }) => node)).size > 1;
}

/** The steps as lines of a timeline. */
export function clusterEntries(failover: Failover, sentinels: number): Entry[] {
  const { suspectedMs, agreedMs, selected, promoted, announcements, demotedMs } = failover;
  const nodes = [...new Set(announcements.map(({ node }) => node))];
  return [
    ...entry('sentinels', suspectedMs, '+sdown: one of them misses the master'),
    ...entry('sentinels', agreedMs, '+odown: the quorum does'),
    ...entry('sentinels', selected?.atMs, `+selected-slave ${selected?.node}`),
    ...entry('redis', promoted?.atMs, `promoted: ${promoted?.node} says master`),
    ...nodes.flatMap((node) =>
      firstAndLast(
        announcements.filter((step) => step.node === node),
        sentinels,
      ),
    ),
    ...entry('redis', demotedMs, 'the old master is a replica now'),
  ];
}

function firstAndLast(steps: readonly Step[], sentinels: number): Entry[] {
  return steps
    .map(({ atMs, node }, i) => {
      return { atMs, who: 'sentinels', what: `+switch-master to ${node}, ${i + 1} of ${sentinels}` };
    })
    .filter((_, i) => i === 0 || i === steps.length - 1);
}

function entry(who: string, atMs: number | undefined, what: string): Entry[] {
  return atMs === undefined ? [] : [{ atMs, who, what }];
}

function isAboutMaster({ channel, payload }: SentinelEvent, wanted: string): boolean {
  return channel === wanted && payload.startsWith('master ');
}

function addressIn({ payload }: SentinelEvent, position: number): string {
  const words = payload.split(' ');
  return `${words[position]}:${words[position + 1]}`;
}
