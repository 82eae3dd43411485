import { eventually } from './eventually.ts';

/** What a {@link Writer} writes with, and how. */
export interface WriterOptions {
  /** Writes one key. Its promise is the acknowledgement. */
  readonly set: (key: string, value: string) => Promise<unknown>;
  /** How many writes to begin per second. Default: 1000. */
  readonly perSecond?: number | undefined;
  /** How many writes may be without an answer before no further one is begun. Default: 50. */
  readonly maxPending?: number | undefined;
  /** What every key begins with. Writers that share a server need one each. Default: `write:`. */
  readonly prefix?: string | undefined;
}

/** Writes in a row that were all acknowledged and are all gone: what a master takes with it is one of these. */
export interface LostRun {
  /** How many. */
  readonly count: number;
  /** When the first of them was acknowledged, by `performance.now()`. */
  readonly fromMs: number;
  /** When the last of them was. */
  readonly toMs: number;
  /** When the next write that is still there was acknowledged. Undefined: there is none. */
  readonly untilMs: number | undefined;
}

/** What a writer has seen. */
export interface WriterFigures {
  /** Writes that were acknowledged. */
  readonly acked: number;
  /** Writes that were acknowledged and are not on the master. */
  readonly lost: number;
  /** Writes that were rejected. */
  readonly failed: number;
  /** Writes that had neither been acknowledged nor rejected when the writer gave up. */
  readonly hung: number;
  /** The longest time without an acknowledgement, in milliseconds. */
  readonly longestGapMs: number;
  /** The time from the first lost write to the last, in milliseconds. */
  readonly lostForMs: number;
  /** The lost writes, in the order in which they were begun. */
  readonly lostRuns: readonly LostRun[];
  /** The messages of the rejections, each once. */
  readonly errors: readonly string[];
}

/** Reads the values of keys: `null` for one that is absent. */
export type ReadMany = (keys: readonly string[]) => Promise<readonly (string | null)[]>;

interface Acknowledgement {
  readonly number: number;
  readonly at: number;
}

const chunk = 500;

/**
 * Writes a new key at a steady pace and records every acknowledgement, so that what was acknowledged and lost
 * can be counted key by key.
 *
 * @example
 * ```ts
 * const writer = new Writer({ set: (key, value) => redis.set(key, value) });
 * writer.start();
 * await cluster.failover();
 * await writer.stop();
 * const { lost } = await writer.check((keys) => masterNow.mget(...keys));
 * ```
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #acked: Acknowledgement[] = [];
  readonly #errors = new Set<string>();
  #begun = 0;
  #pending = 0;
  #failed = 0;
  #longestGapMs = 0;
  #resumedAt = 0;
  #lastAckAt = 0;
  #lastTickAt = 0;
  #due = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** How many writes were acknowledged so far. */
  get acked(): number {
    return this.#acked.length;
  }

  /** How many writes were rejected so far. */
  get failed(): number {
    return this.#failed;
  }

  /** How many writes have no answer yet. */
  get pending(): number {
    return this.#pending;
  }

  /** When the last write was acknowledged, as `performance.now()` tells it. */
  get lastAckAt(): number {
    return this.#lastAckAt;
  }

  /** The longest time without an acknowledgement so far, in milliseconds. */
  get longestGapMs(): number {
    return this.#longestGapMs;
  }

  /** When the acknowledgement came that ended it, as `performance.now()` tells it. */
  get resumedAt(): number {
    return this.#resumedAt;
  }

  start(): void {
    if (this.#timer) return;
    this.#lastAckAt = this.#lastTickAt = performance.now();
    this.#timer = setInterval(() => this.#tick(), 1);
  }

  /** Resolves after `count` more acknowledgements: the way to know that writing goes on. */
  async more(count: number, options: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    const goal = this.acked + count;
    const check = (): boolean => {
      if (this.acked >= goal) return true;
      throw new Error(
        `${goal - this.acked} to come, ${this.#pending} under way, ${this.#failed} failed: ${this.#story}`,
      );
    };
    await eventually(check, {
      timeoutMs: options.timeoutMs ?? 20_000,
      what: `${count} more acknowledgements`,
    });
  }

  /** Begins no further write, and resolves when all have their answer or the patience is over. */
  async stop(options: { readonly patienceMs?: number | undefined } = {}): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const deadline = performance.now() + (options.patienceMs ?? 20_000);
    while (this.#pending > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
    if (this.#pending > 0) this.#noteGap();
  }

  /** Looks every acknowledged key up on the master. */
  async check(read: ReadMany): Promise<WriterFigures> {
    const lost = new Set<Acknowledgement>();
    for (let from = 0; from < this.#acked.length; from += chunk) {
      const acks = this.#acked.slice(from, from + chunk);
      const values = await read(acks.map(({ number }) => this.#key(number)));
      for (const [i, ack] of acks.entries()) if (values[i] !== String(ack.number)) lost.add(ack);
    }
    const lostAt = [...lost].map(({ at }) => at);
    return {
      acked: this.acked,
      lost: lost.size,
      failed: this.#failed,
      hung: this.#pending,
      longestGapMs: Math.round(this.#longestGapMs),
      lostForMs: Math.round((lostAt.at(-1) ?? 0) - (lostAt[0] ?? 0)),
      lostRuns: runs(this.#acked, lost),
      errors: [...this.#errors],
    };
  }

  #tick(): void {
    const { perSecond = 1000, maxPending = 50 } = this.#options;
    const now = performance.now();
    // What a busy machine has missed is caught up with, but not in one burst.
    this.#due = Math.min(this.#due + ((now - this.#lastTickAt) * perSecond) / 1000, perSecond / 20);
    this.#lastTickAt = now;
    for (; this.#due >= 1 && this.#pending < maxPending; this.#due--) this.#write(this.#begun++);
  }

  #write(number: number): void {
    this.#pending++;
    this.#set(number).then(
      () => this.#settled(() => this.#acknowledge(number)),
      (error: unknown) => this.#settled(() => this.#reject(error)),
    );
  }

  async #set(number: number): Promise<void> {
    await this.#options.set(this.#key(number), String(number));
  }

  #settled(note: () => void): void {
    this.#pending--;
    note();
  }

  #acknowledge(number: number): void {
    this.#noteGap();
    this.#acked.push({ number, at: this.#lastAckAt });
  }

  #reject(error: unknown): void {
    this.#failed++;
    this.#errors.add(error instanceof Error ? error.message : String(error));
  }

  #noteGap(): void {
    const now = performance.now();
    const gapMs = now - this.#lastAckAt;
    this.#lastAckAt = now;
    if (gapMs <= this.#longestGapMs) return;
    this.#longestGapMs = gapMs;
    this.#resumedAt = now;
  }

  get #story(): string {
    return [...this.#errors].join('; ') || 'no error';
  }

  #key(number: number): string {
    return `${this.#options.prefix ?? 'write:'}${number}`;
  }
}

function runs(acked: readonly Acknowledgement[], lost: ReadonlySet<Acknowledgement>): LostRun[] {
  const found: LostRun[] = [];
  let run: Acknowledgement[] = [];
  const end = (next?: Acknowledgement): void => {
    const [first] = run;
    if (!first) return;
    const toMs = Math.max(...run.map(({ at }) => at));
    found.push({ count: run.length, fromMs: first.at, toMs, untilMs: next?.at });
    run = [];
  };
  for (const ack of acked.toSorted((a, b) => a.number - b.number)) {
    if (lost.has(ack)) run.push(ack);
    else end(ack);
  }
  end();
  return found;
}
