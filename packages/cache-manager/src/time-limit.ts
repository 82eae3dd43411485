import { SwitchmasterError } from '@switchmaster/core';

/** Its signal fires when the time is up. To make one takes longer than the command: only who asks for it has one. */
export interface Deadline {
  readonly signal: AbortSignal;
}

/**
 * How long an operation may take. Those of one limit are over in the order in which they began, so that one timer does
 * for all: one for each would take a tenth of what the operation takes.
 */
export class TimeLimit {
  readonly #ms: number;
  #first: Attempt | undefined;
  #last: Attempt | undefined;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /**
   * Runs `operation` for that long at the most. The signal fires when the time is up, so that what is not under way yet
   * is not begun. `onLate` is called when it succeeds after all.
   *
   * @throws SwitchmasterError `TIMED_OUT`, or what `operation` threw.
   */
  run<T>(
    what: string,
    operation: (deadline: Deadline) => Promise<T>,
    onLate: () => void = () => {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const attempt = new Attempt(what, performance.now() + this.#ms, reject);
      const result = operation(attempt);
      this.#add(attempt);
      result.then(
        (value) => (this.#remove(attempt) ? resolve(value) : onLate()),
        (error: unknown) => {
          if (this.#remove(attempt)) reject(error);
        },
      );
    });
  }

  #add(attempt: Attempt): void {
    attempt.before = this.#last;
    if (this.#last) this.#last.after = attempt;
    else this.#first = attempt;
    this.#last = attempt;
    if (this.#first === attempt) this.#wait(this.#ms);
  }

  /** Whether it was in time. */
  #remove(attempt: Attempt): boolean {
    if (attempt.isOver) return false;
    attempt.isOver = true;
    const { before, after } = attempt;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    // What is never answered would keep all that came after it in memory.
    attempt.before = attempt.after = undefined;
    if (!this.#first) this.#rest();
    return true;
  }

  #wait(delayMs: number): void {
    this.#timer = setTimeout(() => {
      const now = performance.now();
      // Where this process itself was late, answers may have come: timers are looked at before sockets.
      this.#turn = setImmediate(() => this.#expire(now));
    }, delayMs);
  }

  #rest(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
  }

  #expire(now: number): void {
    const expired: Attempt[] = [];
    while (this.#first && this.#first.dueAt <= now) {
      expired.push(this.#first);
      this.#remove(this.#first);
    }
    if (this.#first) this.#wait(this.#first.dueAt - now);
    for (const attempt of expired) attempt.expire(this.#ms);
  }
}

class Attempt implements Deadline {
  before: Attempt | undefined;
  after: Attempt | undefined;
  isOver = false;
  readonly dueAt: number;
  readonly #what: string;
  readonly #reject: (error: SwitchmasterError) => void;
  #cancel: AbortController | undefined;

  constructor(what: string, dueAt: number, reject: (error: SwitchmasterError) => void) {
    this.#what = what;
    this.dueAt = dueAt;
    this.#reject = reject;
  }

  get signal(): AbortSignal {
    this.#cancel ??= new AbortController();
    return this.#cancel.signal;
  }

  expire(limitMs: number): void {
    const error = new SwitchmasterError('TIMED_OUT', `no answer to ${this.#what} within ${limitMs} ms`);
    this.#reject(error);
    this.#cancel?.abort(error);
  }
}
