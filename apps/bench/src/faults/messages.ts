import type { Deployment } from '../clients/client.ts';
import type { Pace, WriteRecord } from './writer.ts';

/** One command after the other, or up to 50 at once: each contestant does both, side by side. */
export type Mode = 'serial' | 'pipelined';

/** 100 and 200 writes a second: modest, so that two dozen clients do not disturb each other on a small machine. */
export const paces: Readonly<Record<Mode, Pace>> = {
  serial: { burst: 1, everyMs: 10, inFlight: 1 },
  pipelined: { burst: 4, everyMs: 20, inFlight: 50 },
};

export const modes: readonly Mode[] = ['serial', 'pipelined'];

/** The key of a client's n-th write. A client that begins again has another `round`. */
export function keyOf(client: string, mode: Mode, round: number, n: number): string {
  return `${client}:${mode}:${round}:${n}`;
}

/** From the benchmark to a contestant. */
export type Order =
  /** Connect, and write as soon as you are told, or `atOnce`. */
  | {
      readonly type: 'connect';
      readonly deployment: Deployment;
      readonly modes: readonly Mode[];
      readonly round: number;
      readonly atOnce: boolean;
    }
  | { readonly type: 'write' }
  /** Write no more, say what became of it, and close the clients. */
  | { readonly type: 'stop'; readonly graceMs: number };

/** What a contestant leaves of a run. */
export interface Legacy {
  readonly round: number;
  /** When it was told to connect, by `clockMs()`. */
  readonly beganAt: number;
  readonly records: Readonly<Partial<Record<Mode, WriteRecord>>>;
  /** The longest time for which its event loop stood still. */
  readonly stalledMs: number;
}

/** From a contestant to the benchmark. */
export type Report =
  /** It takes orders. */
  | { readonly type: 'started' }
  | { readonly type: 'connected' }
  /** How many writes each mode has had acknowledged, each {@link progressMs}. */
  | { readonly type: 'progress'; readonly acked: readonly number[] }
  | { readonly type: 'legacy'; readonly legacy: Legacy };

export const progressMs = 100;
