import { createLogUpdate } from 'log-update';
import { renderRun } from './render-run.ts';
import { count, type Output, widthOf } from './style.ts';
import type { RunView } from './view.ts';

/** Where a run is shown while it goes on and when it is over. */
export interface Display {
  /** A line of its own. */
  say(line: string): void;
  /** The present state, many times a second. */
  update(view: RunView): void;
  /** The whole run, when it is over. */
  finish(view: RunView): void;
  /** Leaves the terminal as it was. */
  close(): void;
}

export function createDisplay(output: Output): Display {
  return output.live ? new LiveDisplay(output) : new PlainDisplay(output);
}

/** A terminal: one picture that is drawn anew. */
class LiveDisplay implements Display {
  readonly #output: Output;
  readonly #log: ReturnType<typeof createLogUpdate>;

  constructor(output: Output) {
    this.#output = output;
    this.#log = createLogUpdate(output.stream);
  }

  say(line: string): void {
    this.#log(`${this.#output.colors.dim(line)}\n`);
  }

  update(view: RunView): void {
    this.#log(`${render(view, this.#output)}\n`);
  }

  finish(view: RunView): void {
    // Past log-update, which cuts off what a small terminal cannot show at once.
    this.#log.clear();
    this.#output.stream.write(`${render(view, this.#output)}\n\n`);
  }

  close(): void {
    this.#log.done();
  }
}

const plainPeriodMs = 2000;

/** A file or a pipe: a line now and then, and the picture when it is complete. */
class PlainDisplay implements Display {
  readonly #output: Output;
  #saidAt = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  say(line: string): void {
    this.#output.stream.write(`${line}\n`);
  }

  update({ fault, now, clients }: RunView): void {
    const at = now ?? 0;
    // Time begins anew with each run.
    if (at < this.#saidAt) this.#saidAt = at;
    if (at - this.#saidAt < plainPeriodMs) return;
    this.#saidAt = at;
    const notes = clients.map(({ name, note }) => `${name} ${note}`).join('; ');
    this.say(`${fault.title}, ${count(at)} ms: ${notes}`);
  }

  finish(view: RunView): void {
    this.#output.stream.write(`\n${render(view, this.#output)}\n\n`);
  }

  close(): void {}
}

function render(view: RunView, output: Output): string {
  return renderRun(view, widthOf(output), output.colors);
}
