import { formatAddress } from '@switchmaster/core';
import { type Failover, phases } from './failover.ts';
import type { Happening } from './happening.ts';

/** `19:40:03.123`, in the machine's time zone. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** What happened, in one line: who says so, and what. */
export function sayHappening(happening: Happening): { readonly who: string; readonly what: string } {
  switch (happening.type) {
    case 'event':
      return { who: formatAddress(happening.sentinel), what: `${happening.channel} ${happening.payload}` };
    case 'hold':
      return { who: 'switchmaster', what: `hold: ${happening.reason}` };
    case 'release':
      return {
        who: 'switchmaster',
        what: `release after ${Math.round(happening.heldMs)} ms: ${happening.reason}`,
      };
    case 'switch': {
      const { from, to, reason } = happening;
      const left = from ? `${formatAddress(from)} → ` : '';
      return { who: 'switchmaster', what: `switch ${left}${formatAddress(to)}: ${reason}` };
    }
    case 'demoted':
      return { who: formatAddress(happening.address), what: 'the old master is a replica now' };
    case 'trouble':
      return { who: 'switchmaster', what: `${happening.code} ${happening.message}` };
    case 'topology': {
      const { phase, master, replicas, sentinels } = happening.topology;
      const healthy = replicas.filter((replica) => replica.healthy).length;
      const connected = sentinels.filter(({ state }) => state === 'connected').length;
      const who = master ? formatAddress(master) : 'no master';
      return {
        who: 'topology',
        what: `${phase}, ${who}, ${healthy} of ${replicas.length} replicas healthy, ${connected} of ${sentinels.length} sentinels connected`,
      };
    }
  }
}

const states = { 'under-way': 'under way', done: 'done', 'called-off': 'called off' } as const;

/** The phases of a failover that were seen, each with its milliseconds since the first one. */
export function phaseTimes({
  times,
  startedAt,
}: Failover): { readonly phase: string; readonly ms: number }[] {
  return phases.flatMap((phase) => {
    const at = times[phase];
    return at === undefined ? [] : [{ phase, ms: Math.round(at - startedAt) }];
  });
}

export function sayFailover(failover: Failover): string {
  const { from, to, state } = failover;
  const times = phaseTimes(failover).map(({ phase, ms }) => `${phase} +${ms}`);
  return `failover ${from} → ${to ?? '?'} (${states[state]}): ${times.join(', ')} ms`;
}
