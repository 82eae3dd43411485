import type { Phase, PhaseMessage } from '../page/messages.ts';

/** Something that was seen of a failover. */
export interface Sighting {
  readonly at: number;
  readonly phase: Phase;
  /** As in {@link PhaseMessage}. */
  readonly node: string;
}

/** The failover that was seen last, if any. */
export interface Failover {
  readonly number: number;
  readonly seen: Readonly<Partial<Record<Phase, string>>>;
}

export const noFailover: Failover = { number: 0, seen: {} };

const firstPhases: ReadonlySet<Phase> = new Set(['down', 'elected', 'hold']);

/**
 * Adds what was seen to the failover that it belongs to, which may be a new one. Each phase of a failover counts once:
 * every sentinel tells of it.
 */
export function addSighting(failover: Failover, sighting: Sighting): [Failover, PhaseMessage | undefined] {
  const { at, phase, node } = sighting;
  const { number, seen } = beginsAnother(failover, sighting)
    ? { number: failover.number + 1, seen: {} }
    : failover;
  if (number === 0 || phase in seen || !fits(seen, sighting)) return [failover, undefined];
  return [
    { number, seen: { ...seen, [phase]: node } },
    { type: 'phase', at, failover: number, phase, node },
  ];
}

function beginsAnother({ number, seen }: Failover, { phase, node }: Sighting): boolean {
  if (!firstPhases.has(phase)) return phase === 'moved' && (number === 0 || 'moved' in seen);
  if (number === 0 || 'moved' in seen || 'released' in seen) return true;
  // Elected again after the first attempt came to nothing.
  return phase === 'elected' && 'elected' in seen && seen.elected !== node;
}

/** A sentinel that is behind announces a failover that is over, and only what was held can be released. */
function fits(seen: Failover['seen'], { phase, node }: Sighting): boolean {
  if (phase === 'announced') return node === (seen.moved ?? seen.elected);
  if (phase === 'released') return 'hold' in seen && !('moved' in seen);
  return phase !== 'demoted' || 'moved' in seen;
}
