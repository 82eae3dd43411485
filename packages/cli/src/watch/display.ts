import { createLogUpdate } from 'log-update';
import type { Context } from '../context.ts';
import type { Output } from '../output.ts';
import type { Failover } from './failover.ts';
import { clockMs, type Happening } from './happening.ts';
import { draw, topologyLines } from './picture.ts';
import type { WatchState } from './state.ts';
import { phaseTimes, sayFailover, sayHappening } from './words.ts';

/** Where it is shown. */
export interface Display {
  show(state: WatchState, happening: Happening): void;
  /** Leaves the terminal as it was found, with the last picture. */
  close(): void;
}

export function createDisplay(context: Context, output: Output): Display {
  if (output.format === 'json') return jsonDisplay(output);
  return output.live ? liveDisplay(context.stdout as NodeJS.WriteStream, output) : plainDisplay(output);
}

/** One object a line, each with its `type`; a `failover` whenever one of its phases came. */
function jsonDisplay(output: Output): Display {
  let told = '';
  return {
    show: ({ failover }, happening) => {
      output.json(happening);
      const object = failover && failoverJson(failover);
      const text = JSON.stringify(object);
      if (object && text !== told) output.json(object);
      told = text;
    },
    close: () => {},
  };
}

function failoverJson(failover: Failover): object {
  const { from, to, state, startedAt } = failover;
  const phasesMs = Object.fromEntries(phaseTimes(failover).map(({ phase, ms }) => [phase, ms]));
  return { type: 'failover', at: startedAt, from, to, state, phasesMs };
}

/** A file or a pipe: a line for each thing that happens, and one for a failover when it is done. */
function plainDisplay(output: Output): Display {
  let before: Failover | undefined;
  let topology = '';
  return {
    show: ({ failover }, happening) => {
      const { who, what } = sayHappening(happening);
      const time = new Date(happening.at).toISOString();
      // Most of what changes in a topology is in no line.
      if (happening.type !== 'topology' || what !== topology) output.text(`${time} ${who} ${what}`);
      if (happening.type === 'topology') topology = what;
      const isNews =
        failover && (failover.state !== before?.state || failover.times.demoted !== before.times.demoted);
      if (isNews && failover.state !== 'under-way') output.text(`${time} ${sayFailover(failover)}`);
      before = failover;
    },
    close: () => {},
  };
}

/** The clock in it ticks, and lags of replicas change without an event. */
const redrawMs = 250;

/** A terminal: one picture that is drawn anew, at each change of its size too. */
function liveDisplay(stream: NodeJS.WriteStream, { colors }: Output): Display {
  const log = createLogUpdate(stream);
  let last: WatchState | undefined;
  const redraw = (): void => {
    if (last) log(draw(last, clockMs(), { width: stream.columns, height: stream.rows - 1, colors }));
  };
  const resized = (): void => {
    // What the terminal has wrapped is not where it was drawn.
    stream.write('\u001B[2J\u001B[H');
    log.clear();
    redraw();
  };
  stream.on('resize', resized);
  const timer = setInterval(redraw, redrawMs);
  return {
    show: (state) => {
      last = state;
      redraw();
    },
    close: () => {
      clearInterval(timer);
      stream.off('resize', resized);
      redraw();
      log.done();
    },
  };
}

/** The topology once, for `--once`. */
export function showOnce({ topology }: WatchState, output: Output): void {
  output.json({ type: 'topology', at: clockMs(), topology });
  output.text(topologyLines(topology, clockMs(), output.colors).join('\n'));
}
