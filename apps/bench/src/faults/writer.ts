import { clockMs } from '../clock.ts';

/** An acknowledged write: the number in its key, and when the reply came. */
export type Ack = readonly [n: number, at: number];

/** What became of a writer's writes. Those neither acknowledged nor failed were still pending. */
export interface WriteRecord {
  readonly issued: number;
  readonly acks: readonly Ack[];
  readonly failed: number;
  /** Messages of the failed writes, and how often each came. */
  readonly errors: Readonly<Record<string, number>>;
}

/** How a writer writes: so many at once, each so many milliseconds. */
export interface Pace {
  readonly burst: number;
  readonly everyMs: number;
  /** How many writes may be under way at once. No more are issued then, and what was not issued is not made up for. */
  readonly inFlight: number;
}

/** Issues writes at a pace, and remembers what became of each. */
export class Writer {
  readonly #write: (n: number) => Promise<unknown>;
  readonly #pace: Pace;
  readonly #acks: Ack[] = [];
  readonly #errors: Record<string, number> = {};
  #issued = 0;
  #failed = 0;
  #timer: NodeJS.Timeout | undefined;
  #onSettled: (() => void) | undefined;

  constructor(pace: Pace, write: (n: number) => Promise<unknown>) {
    this.#pace = pace;
    this.#write = write;
  }

  get acked(): number {
    return this.#acks.length;
  }

  get record(): WriteRecord {
    return { issued: this.#issued, acks: this.#acks, failed: this.#failed, errors: this.#errors };
  }

  start(): void {
    const { burst, everyMs, inFlight } = this.#pace;
    this.#timer = setInterval(() => {
      for (let i = 0; i < burst && this.#pending < inFlight; i++) this.#issue(this.#issued++);
    }, everyMs);
  }

  /** Issues no more writes, and resolves when all are settled or the time is up. */
  async stop(graceMs: number): Promise<void> {
    clearInterval(this.#timer);
    if (this.#pending === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#onSettled = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  get #pending(): number {
    return this.#issued - this.#acks.length - this.#failed;
  }

  #issue(n: number): void {
    this.#write(n).then(
      () => this.#settle(() => this.#acks.push([n, clockMs()])),
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
    if (this.#pending === 0) this.#onSettled?.();
  }
}
