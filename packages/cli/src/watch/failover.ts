import { formatAddress } from '@switchmaster/core';
import type { Happening } from './happening.ts';

/** The phases of a failover, in the order in which they are told. */
export const phases = [
  'down',
  'elected',
  'selected',
  'hold',
  'promoted',
  'moved',
  'announced',
  'demoted',
] as const;

export type Phase = (typeof phases)[number];

/** A failover, as far as it was seen. */
export interface Failover {
  readonly from: string;
  readonly to: string | undefined;
  /** When it was first seen, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly times: Readonly<Partial<Record<Phase, number>>>;
  readonly state: 'under-way' | 'done' | 'called-off';
}

/** Folds what happens to the master `name` into the failover that it belongs to. */
export function followFailover(
  failover: Failover | undefined,
  happening: Happening,
  name: string,
): Failover | undefined {
  const { at } = happening;
  switch (happening.type) {
    case 'event':
      return followEvent(failover, happening, name);
    case 'hold':
      return mark(failover, at, { hold: at }, formatAddress(happening.master));
    case 'release':
      return failover?.times.promoted === undefined ? callOff(failover) : failover;
    case 'switch':
      return followSwitch(failover, happening);
    case 'demoted':
      return failover && { ...failover, times: { ...failover.times, demoted: at } };
    case 'topology':
    case 'trouble':
      return failover;
  }
}

type SentinelEvent = Extract<Happening, { type: 'event' }>;

function followEvent(
  failover: Failover | undefined,
  { channel, payload, at }: SentinelEvent,
  name: string,
): Failover | undefined {
  const words = payload.split(' ');
  if (channel === '+switch-master') {
    const [of, fromHost, fromPort, toHost, toPort] = words;
    if (of !== name) return failover;
    return mark(failover, at, { announced: at }, `${fromHost}:${fromPort}`, `${toHost}:${toPort}`);
  }
  const { master, isMaster, node } = readInstance(words, name);
  if (master === undefined) return failover;
  switch (channel) {
    case '+sdown':
    case '+odown':
      return isMaster ? mark(failover, at, { down: at }, master) : failover;
    case '-sdown':
      return isMaster && failover?.times.elected === undefined ? callOff(failover) : failover;
    case '+elected-leader':
      return mark(failover, at, { elected: at }, master);
    case '+selected-slave':
      return mark(failover, at, { selected: at }, master, node);
    case '-failover-abort-not-elected':
    case '-failover-abort-no-good-slave':
    case '-failover-abort-slave-timeout':
      return callOff(failover);
    default:
      return failover;
  }
}

function followSwitch(
  failover: Failover | undefined,
  { from, to, phases: seen, at }: Extract<Happening, { type: 'switch' }>,
): Failover | undefined {
  if (!from) return failover;
  const times = {
    ...(seen.downAt !== undefined && { down: seen.downAt }),
    ...(seen.promotedAt !== undefined && { promoted: seen.promotedAt }),
    moved: at,
  };
  return mark(failover, at, times, formatAddress(from), formatAddress(to));
}

/** Adds to the failover under way from this master, or begins one. The first time counts, whoever tells of it again. */
function mark(
  failover: Failover | undefined,
  at: number,
  times: Failover['times'],
  from: string,
  to?: string,
): Failover {
  const known = failover?.from === from ? failover : undefined;
  // Every sentinel announces it, the leader a second after the others.
  if (known?.state === 'done' && known.to === to) return known;
  const before = known?.state === 'under-way' ? known : undefined;
  const merged = { ...times, ...before?.times };
  const startedAt = Math.min(before?.startedAt ?? at, ...Object.values(merged));
  const isDone = merged.moved !== undefined && merged.announced !== undefined;
  return { from, to: to ?? before?.to, startedAt, times: merged, state: isDone ? 'done' : 'under-way' };
}

function callOff(failover: Failover | undefined): Failover | undefined {
  return failover?.state === 'under-way' ? { ...failover, state: 'called-off' } : failover;
}

interface Instance {
  /** The master that it is about; `undefined` where that has another name. */
  readonly master: string | undefined;
  readonly isMaster: boolean;
  readonly node: string;
}

/** `<type> <name> <host> <port>[ @ <master name> <host> <port>]` */
function readInstance(words: readonly string[], name: string): Instance {
  const [type, own, host, port, , masterName, masterHost, masterPort] = words;
  const isMaster = type === 'master';
  const node = `${host}:${port}`;
  const of = isMaster ? own : masterName;
  const master = isMaster ? node : `${masterHost}:${masterPort}`;
  return { isMaster, node, master: of === name ? master : undefined };
}
