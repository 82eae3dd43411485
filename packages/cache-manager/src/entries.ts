import { failed, type Guard } from './guard.ts';
import type { Journal } from './journal.ts';
import type { Fill, Memory } from './memory.ts';
import { clear, scan } from './scan.ts';
import { TimeLimit } from './time-limit.ts';

export interface EntriesOptions {
  readonly guard: Guard;
  readonly journal: Journal;
  readonly memory: Memory | undefined;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly clearTimeoutMs: number;
}

/** What is stored under which name: in memory, in Redis, and in the journal if Redis cannot be believed. */
export class Entries {
  readonly #options: EntriesOptions;
  readonly #reads: TimeLimit;
  readonly #writes: TimeLimit;
  readonly counts = { hits: 0, misses: 0, stale: 0 };

  constructor(options: EntriesOptions) {
    this.#options = options;
    this.#reads = new TimeLimit(options.readTimeoutMs);
    this.#writes = new TimeLimit(options.writeTimeoutMs);
  }

  /** The value, `undefined` for a miss. */
  async read(name: string): Promise<string | undefined> {
    const { guard, journal, memory } = this.#options;
    const fresh = memory?.fresh(name, performance.now());
    if (fresh !== undefined || journal.fences(name)) return this.#serve(name, fresh);
    const fill = memory?.beginFill(name);
    const reply = await guard.request(['GET', name], this.#reads);
    return this.#serve(name, this.#take(name, reply, fill));
  }

  async readMany(names: readonly string[]): Promise<(string | undefined)[]> {
    const { guard, journal, memory } = this.#options;
    const now = performance.now();
    const found = new Map<string, string | undefined>();
    for (const name of names) {
      const value = memory?.fresh(name, now);
      if (value !== undefined || journal.fences(name)) found.set(name, value);
    }
    const missing = [...new Set(names)].filter((name) => !found.has(name));
    if (missing.length > 0) {
      const fills = missing.map((name) => memory?.beginFill(name));
      const reply = await guard.request(['MGET', ...missing], this.#reads);
      for (const [at, name] of missing.entries()) {
        found.set(name, this.#take(name, reply === failed ? failed : (reply as unknown[])[at], fills[at]));
      }
    }
    return names.map((name) => this.#serve(name, found.get(name)));
  }

  async exists(name: string): Promise<boolean> {
    const { guard, journal } = this.#options;
    if (journal.fences(name)) return false;
    const reply = await guard.request(['EXISTS', name], this.#reads);
    return reply !== failed && Number(reply) > 0;
  }

  /** Whether Redis has it now. If not, what was there before is out of date, and will be deleted. */
  async write(name: string, value: string, expiry: readonly string[]): Promise<boolean> {
    const { journal, memory, guard } = this.#options;
    memory?.written(name, value, performance.now());
    const { mark } = journal;
    const reply = await guard.request(['SET', name, value, ...expiry], this.#writes);
    if (reply !== failed) {
      journal.written(name, mark);
      return true;
    }
    journal.writeFailed(name);
    void guard.flush();
    return false;
  }

  /** How many of these there were. `prefix` is that of the namespace, which is cleared if too many deletes fail. */
  async delete(names: readonly string[], prefix: string): Promise<number> {
    const { journal, memory, guard } = this.#options;
    for (const name of names) memory?.deleted(name);
    const reply = await guard.request(['UNLINK', ...names], this.#writes);
    if (reply !== failed) {
      journal.deleted(names, performance.now());
      return Number(reply);
    }
    for (const name of names) journal.deleteFailed(name, prefix);
    void guard.flush();
    return 0;
  }

  async clear(prefix: string): Promise<void> {
    const { journal, memory, guard, clearTimeoutMs } = this.#options;
    memory?.clear();
    if (!guard.isClosed) return journal.clearFailed(prefix);
    const giveUpAt = performance.now() + clearTimeoutMs;
    const { mark } = journal;
    try {
      await clear(guard.link, prefix, () => new TimeLimit(Math.max(1, giveUpAt - performance.now())));
      journal.cleared(prefix, performance.now(), mark);
    } catch (error) {
      guard.report(error, 'clear()');
      journal.clearFailed(prefix);
      void guard.flush();
    }
  }

  async *list(prefix: string): AsyncGenerator<[string, string], void> {
    const { guard } = this.#options;
    if (!guard.isClosed) return;
    try {
      for await (const names of scan(guard.link, prefix, () => this.#reads)) {
        const values = await this.readMany(names);
        for (const [at, name] of names.entries()) {
          const value = values[at];
          if (value !== undefined) yield [name, value];
        }
      }
    } catch (error) {
      guard.report(error, 'the iteration');
    }
  }

  /** What Redis answered, as far as it can be believed. */
  #take(name: string, reply: unknown, fill: Fill | undefined): string | undefined {
    const { journal, memory } = this.#options;
    const value = asText(reply);
    if (fill && reply === failed) memory?.dropFill(fill);
    else if (fill) memory?.endFill(fill, value, performance.now());
    // It may have been deleted, in vain, since it was asked for.
    return journal.fences(name) ? undefined : value;
  }

  #serve(name: string, value: string | undefined): string | undefined {
    const served = value ?? this.#stale(name);
    this.counts[served === undefined ? 'misses' : 'hits']++;
    return served;
  }

  #stale(name: string): string | undefined {
    const { guard, memory } = this.#options;
    if (guard.isClosed) return undefined;
    const value = memory?.stale(name, performance.now());
    if (value !== undefined) this.counts.stale++;
    return value;
  }
}

/** Clients may be set to return buffers. */
function asText(reply: unknown): string | undefined {
  return typeof reply === 'string' ? reply : Buffer.isBuffer(reply) ? reply.toString() : undefined;
}
