import type { Follower, Resolver, SwitchmasterError } from '@switchmaster/core';
import { closed, step, type Breaker, type BreakerInput, type BreakerSettings } from './breaker.ts';
import type { Connection } from './client.ts';
import type { Journal } from './journal.ts';
import { Link } from './link.ts';
import { asStoreError, isRefusal } from './refusal.ts';
import { Replayer } from './replayer.ts';
import { TimeLimit } from './time-limit.ts';

/** In place of a reply: there is none. */
export const failed: unique symbol = Symbol('failed');

export interface GuardOptions {
  readonly source: Connection | Promise<Connection>;
  readonly resolver: Resolver | undefined;
  readonly journal: Journal;
  readonly breaker: BreakerSettings;
  readonly writeTimeoutMs: number;
}

export interface GuardListener {
  state(state: Breaker['state']): void;
  /** Told of what opens the breaker, and no more until it is closed again. */
  error(error: SwitchmasterError): void;
}

/**
 * What stands between the store and Redis: lets nothing through while the breaker is not closed, and closes it when the
 * journal has been replayed.
 */
export class Guard {
  readonly link: Link;
  readonly counts = { failures: 0, bypassed: 0 };
  readonly #options: GuardOptions;
  readonly #listener: GuardListener;
  readonly #replayer: Replayer;
  readonly #unfollow: () => void;
  #breaker: Breaker = closed;
  #attempt = 0;
  /** How many requests are. */
  #underWay = 0;
  #onIdle: (() => void) | undefined;
  #lastAnswerAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: GuardOptions, listener: GuardListener) {
    this.#options = options;
    this.#listener = listener;
    this.link = new Link(options.source, {
      ready: () => this.#input('ready'),
      lost: () => this.#input('lost'),
      late: () => this.#input('late'),
    });
    this.#replayer = new Replayer(
      this.link,
      options.journal,
      new TimeLimit(options.writeTimeoutMs),
      (error) => this.#listener.error(error),
    );
    this.#unfollow = options.resolver?.follow(this.#follower()) ?? (() => {});
  }

  get state(): Breaker['state'] {
    return this.#breaker.state;
  }

  get replayed(): number {
    return this.#replayer.count;
  }

  /** Whether operations are let through. */
  get isClosed(): boolean {
    return this.#breaker.state === 'closed' && !this.#closed;
  }

  /** The reply to one command, or {@link failed}; never rejects, and never later than the limit. */
  async request(args: readonly string[], limit: TimeLimit): Promise<unknown> {
    if (!this.isClosed) {
      this.counts.bypassed++;
      return failed;
    }
    this.#underWay++;
    try {
      const value = await this.link.request(args, limit);
      this.#lastAnswerAt = performance.now();
      this.#input('success', this.#lastAnswerAt);
      return value;
    } catch (error) {
      this.counts.failures++;
      this.#failure(error, args);
      return failed;
    } finally {
      if (--this.#underWay === 0) this.#onIdle?.();
    }
  }

  /**
   * Deletes what the journal holds, at once: behind the very write that was not answered, so that where that is executed
   * after all, it does not last.
   */
  async flush(): Promise<void> {
    if (!this.isClosed) return;
    if (!(await this.#replayer.replay())) this.#input('failure');
    this.#schedule();
  }

  /** Tells listeners, unless they know that nothing works. */
  report(error: unknown, what: string): void {
    if (this.isClosed) this.#listener.error(asStoreError(error, what));
  }

  /** Lets nothing more through, and waits for what is under way: each has its deadline. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#attempt++;
    clearTimeout(this.#timer);
    this.#unfollow();
    this.link.close();
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  #follower(): Follower {
    return {
      hold: () => this.#input('hold'),
      move: () => this.#input('move'),
      release: () => this.#input('release'),
    };
  }

  #failure(error: unknown, [command = '']: readonly string[]): void {
    this.report(error, command);
    if (isRefusal(error)) return;
    const { resolver } = this.#options;
    const master = resolver?.topology.master;
    if (this.isClosed && master) resolver.suspect(master, error);
    this.#input('failure');
  }

  #input(input: BreakerInput, now: number = performance.now()): void {
    if (this.#closed) return;
    const before = this.#breaker;
    this.#breaker = step(before, input, now, this.#options.breaker);
    if (this.#breaker === before) return;
    this.#schedule();
    if (this.#breaker.state !== before.state) this.#listener.state(this.#breaker.state);
    if (this.#breaker.state === 'recovering') void this.#recover();
  }

  async #recover(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#options.journal.recall(this.#lastAnswerAt);
    // Followers are told one after the other: the client may be about to leave its old connection in this turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (attempt !== this.#attempt) return;
    const isDone = await this.#replayer.replay({ probe: true });
    // A later attempt may have closed the breaker, and what this one took is in the journal again.
    if (attempt !== this.#attempt) return this.#schedule();
    this.#input(isDone ? 'recovered' : 'unrecovered');
  }

  /** Timers come a little too early at times. */
  #tick(): void {
    this.#input('tick');
    this.#schedule();
  }

  /** The one timer: for recovery while it is open, for what is left in the journal while it is closed. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const breaker = this.#breaker;
    if (this.#closed) return;
    if (breaker.state === 'open' && breaker.retryAt < Infinity) {
      const delayMs = Math.max(1, Math.ceil(breaker.retryAt - performance.now()));
      this.#timer = setTimeout(() => this.#tick(), delayMs).unref();
    } else if (breaker.state === 'closed' && this.#options.journal.size > 0) {
      this.#timer = setTimeout(() => void this.flush(), this.#options.breaker.retryMs).unref();
    }
  }
}
