import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@switchmaster/testing';

/** What the load calls: a Keyv, or a store of cache-manager. */
export interface LoadedCache {
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

export type Operation = 'get' | 'set' | 'delete';

/** When, on the scale of `performance.now()`, and how long, in milliseconds. */
export interface Sample {
  readonly operation: Operation;
  readonly at: number;
  readonly tookMs: number;
}

export interface LoadReport {
  /** Every operation; those that never ended took until the load was stopped. */
  readonly samples: readonly Sample[];
  /** When reads of keys that are known to be there were answered with their value. */
  readonly hits: readonly number[];
  readonly misses: readonly number[];
  /** Keys that were read after their `delete()` had ended. */
  readonly deletedButServed: readonly string[];
  readonly deleted: number;
  readonly rejected: number;
  readonly pending: number;
}

const hotKeys = 200;

/**
 * Calls a cache `perSecond` times in a second, as an application would: reads values and writes those that are missing,
 * writes keys, deletes them, and looks for deleted ones.
 */
export class Load {
  readonly #cache: LoadedCache;
  readonly #samples: Sample[] = [];
  readonly #hits: number[] = [];
  readonly #misses: number[] = [];
  readonly #written: string[] = [];
  readonly #deleted: string[] = [];
  readonly #served = new Set<string>();
  readonly #pending = new Map<number, { operation: Operation; at: number }>();
  readonly #running: Promise<void>;
  #rejected = 0;
  #count = 0;
  #stopped = false;

  constructor(cache: LoadedCache, perSecond: number) {
    this.#cache = cache;
    this.#running = this.#run(perSecond);
  }

  async stop(): Promise<LoadReport> {
    this.#stopped = true;
    await this.#running;
    const now = performance.now();
    const pending = [...this.#pending.values()].map(({ operation, at }) => ({
      operation,
      at,
      tookMs: now - at,
    }));
    return {
      samples: [...this.#samples, ...pending],
      hits: this.#hits,
      misses: this.#misses,
      deletedButServed: [...this.#served],
      deleted: this.#deleted.length,
      rejected: this.#rejected,
      pending: pending.length,
    };
  }

  async #run(perSecond: number): Promise<void> {
    const from = performance.now();
    for (let issued = 0; !this.#stopped; await sleep(2)) {
      const due = ((performance.now() - from) * perSecond) / 1000;
      for (; issued < due; issued++) this.#issue(issued);
    }
    // The last ones get their time; those that hang are counted after it.
    await until(() => this.#pending.size === 0).catch(() => {});
  }

  #issue(count: number): void {
    const turn = count % 20;
    const deleted = this.#deleted[Math.floor(Math.random() * this.#deleted.length)];
    const written = turn === 0 ? this.#written.shift() : undefined;
    if (written !== undefined) void this.#delete(written);
    else if (turn < 3) void this.#write(`once:${count}`);
    else if (turn < 8 && deleted !== undefined) void this.#lookFor(deleted);
    else void this.#readThrough(`hot:${count % hotKeys}`);
  }

  async #readThrough(key: string): Promise<void> {
    const at = performance.now();
    const value = await this.#call('get', () => this.#cache.get(key));
    if (value === undefined) {
      this.#misses.push(at);
      await this.#call('set', () => this.#cache.set(key, `value of ${key}`));
    } else this.#hits.push(performance.now());
  }

  async #write(key: string): Promise<void> {
    await this.#call('set', () => this.#cache.set(key, 'to be deleted'));
    this.#written.push(key);
  }

  async #delete(key: string): Promise<void> {
    await this.#call('delete', () => this.#cache.delete(key));
    this.#deleted.push(key);
  }

  async #lookFor(key: string): Promise<void> {
    const value = await this.#call('get', () => this.#cache.get(key));
    if (value !== undefined) this.#served.add(key);
  }

  async #call(operation: Operation, run: () => Promise<unknown>): Promise<unknown> {
    const id = this.#count++;
    const at = performance.now();
    this.#pending.set(id, { operation, at });
    try {
      return await run();
    } catch {
      this.#rejected++;
      return undefined;
    } finally {
      this.#pending.delete(id);
      this.#samples.push({ operation, at, tookMs: performance.now() - at });
    }
  }
}

/** The longest of some operations, in milliseconds. */
export function worst({ samples }: LoadReport, ...operations: readonly Operation[]): number {
  return samples
    .filter((one) => operations.includes(one.operation))
    .reduce((most, one) => Math.max(most, one.tookMs), 0);
}
