import { clockMs } from './clock.ts';

/** An acknowledged write: the number in its key, and when the reply came. */
export interface Ack {
  readonly n: number;
  readonly at: number;
}

/** What became of a client's writes. Those neither acknowledged nor failed were still pending. */
export interface WriteRecord {
  readonly issued: number;
  readonly acks: readonly Ack[];
  readonly failed: number;
  /** Messages of the failed writes, and how often each came. */
  readonly errors: Readonly<Record<string, number>>;
}

const periodMs = 1;
// Ten times what a hung client piles up in this demo. Beyond it a write is left out, so that memory has a bound.
const maxPending = 100_000;

/** Issues a write each millisecond, whether or not earlier ones are settled, and remembers what became of each. */
export class Writer {
  readonly #write: (n: number) => Promise<unknown>;
  readonly #acks: Ack[] = [];
  readonly #errors: Record<string, number> = {};
  #issued = 0;
  #skipped = 0;
  #failed = 0;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #onSettled: (() => void) | undefined;

  constructor(write: (n: number) => Promise<unknown>) {
    this.#write = write;
  }

  get acked(): number {
    return this.#acks.length;
  }

  get failed(): number {
    return this.#failed;
  }

  get pending(): number {
    return this.#issued - this.#acks.length - this.#failed;
  }

  get record(): WriteRecord {
    return { issued: this.#issued, acks: this.#acks, failed: this.#failed, errors: this.#errors };
  }

  start(): void {
    this.#startedAt = clockMs();
    this.#timer = setInterval(() => this.#catchUp(), periodMs);
  }

  /** Issues no more writes, and resolves when all are settled or the time is up. */
  async stop(graceMs: number): Promise<void> {
    clearInterval(this.#timer);
    if (this.pending === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#onSettled = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Timers come late on a busy machine: the pace is kept by what is due, not by the number of ticks. */
  #catchUp(): void {
    const due = Math.floor((clockMs() - this.#startedAt) / periodMs) - this.#skipped;
    while (this.#issued < due && this.pending < maxPending) this.#issue(this.#issued++);
    this.#skipped += Math.max(0, due - this.#issued);
  }

  #issue(n: number): void {
    this.#write(n).then(
      () => this.#settle(() => this.#acks.push({ n, at: clockMs() })),
      (error: unknown) => this.#settle(() => this.#fail(error)),
    );
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#errors[message] = (this.#errors[message] ?? 0) + 1;
    this.#failed++;
  }

  #settle(note: () => void): void {
    note();
    if (this.pending === 0) this.#onSettled?.();
  }
}
