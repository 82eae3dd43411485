import type { Fault } from './faults.ts';
import type { Mark } from './strip.ts';
import type { Window } from './tally.ts';
import type { Entry } from './timeline.ts';

/** A client's row of a view. */
export interface ClientView {
  readonly name: string;
  readonly marks: readonly Mark[];
  /** At the end of the row: good news or bad news. */
  readonly note: string;
  readonly mood: 'neutral' | 'good' | 'bad';
}

/** A run of one fault as it is shown, while it goes on and when it is over. Times are in ms after the fault. */
export interface RunView {
  readonly fault: Fault;
  readonly stage: string;
  readonly window: Window;
  /** Undefined when the run is over. */
  readonly now: number | undefined;
  readonly clients: readonly ClientView[];
  readonly timeline: readonly Entry[];
}
