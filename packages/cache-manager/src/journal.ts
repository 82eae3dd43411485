export interface JournalSettings {
  /** How many keys of a kind are kept. */
  readonly maxKeys: number;
  /** How long the deletes that succeeded are kept: replication may not have taken them along. */
  readonly windowMs: number;
}

/**
 * What must not be read until it has been deleted (again): keys whose delete failed, keys whose write failed, as nobody
 * knows what they hold now, and namespaces that were not cleared. Bounded: too many deletes become one of the whole
 * namespace; of the writes, the oldest is forgotten.
 */
export class Journal {
  readonly #settings: JournalSettings;
  /** What failed, and the number of that failure. */
  readonly #deletes = new Map<string, number>();
  readonly #writes = new Map<string, number>();
  readonly #clears = new Map<string, number>();
  readonly #replaying = new Set<string>();
  /** What was deleted or cleared, and when: oldest first. */
  readonly #done = new Map<string, number>();
  readonly #cleared = new Map<string, number>();

  #failures = 0;

  constructor(settings: JournalSettings) {
    this.#settings = settings;
  }

  /** A moment: what fails after it is not undone by what was begun before it. */
  get mark(): number {
    return this.#failures;
  }

  /** How many keys and namespaces are to be deleted again. */
  get size(): number {
    return this.#deletes.size + this.#writes.size + this.#replaying.size + this.#clears.size;
  }

  get hasKeys(): boolean {
    return this.#deletes.size + this.#writes.size > 0;
  }

  /** Whether what Redis has under `key` cannot be trusted. */
  fences(key: string): boolean {
    if (this.size === 0) return false;
    if (this.#deletes.has(key) || this.#writes.has(key) || this.#replaying.has(key)) return true;
    for (const prefix of this.#clears.keys()) if (key.startsWith(prefix)) return true;
    return false;
  }

  deleteFailed(key: string, prefix: string): void {
    this.#writes.delete(key);
    this.#deletes.set(key, ++this.#failures);
    if (this.#deletes.size > this.#settings.maxKeys) this.clearFailed(prefix);
  }

  writeFailed(key: string): void {
    if (this.#deletes.has(key)) return;
    this.#writes.set(key, ++this.#failures);
    dropOldest(this.#writes, this.#settings.maxKeys);
  }

  clearFailed(prefix: string): void {
    this.#clears.set(prefix, ++this.#failures);
    for (const keys of [this.#deletes, this.#writes]) {
      for (const key of keys.keys()) if (key.startsWith(prefix)) keys.delete(key);
    }
  }

  /** `key` holds what its writer wants, who began at `mark`. */
  written(key: string, mark: number): void {
    for (const keys of [this.#deletes, this.#writes]) forgive(keys, key, mark);
  }

  deleted(keys: readonly string[], now: number): void {
    for (const key of keys) {
      this.#deletes.delete(key);
      this.#writes.delete(key);
      remember(this.#done, key, now);
    }
    this.#forget(now);
  }

  /** All of a namespace was deleted that was there at `mark`. */
  cleared(prefix: string, now: number, mark: number): void {
    forgive(this.#clears, prefix, mark);
    remember(this.#cleared, prefix, now);
    this.#forget(now);
  }

  /**
   * There may be another master, which has not heard of the last deletes: those of the window before `lastAnswerAt`, when
   * the old master last answered, however long ago that is.
   */
  recall(lastAnswerAt: number): void {
    this.#forget(lastAnswerAt);
    for (const key of this.#done.keys()) if (!this.#writes.has(key)) this.#deletes.set(key, ++this.#failures);
    for (const prefix of this.#cleared.keys()) this.#clears.set(prefix, ++this.#failures);
    this.#done.clear();
    this.#cleared.clear();
  }

  /** Takes up to `count` keys to delete; they stay fenced until {@link settle}. */
  take(count: number): string[] {
    const keys: string[] = [];
    for (const from of [this.#deletes, this.#writes]) {
      for (const key of from.keys()) {
        if (keys.length === count) break;
        from.delete(key);
        this.#replaying.add(key);
        keys.push(key);
      }
    }
    return keys;
  }

  /** What became of the keys that were taken. */
  settle(keys: readonly string[], outcome: 'done' | 'failed', now: number): void {
    for (const key of keys) {
      this.#replaying.delete(key);
      if (outcome === 'done') remember(this.#done, key, now);
      else this.#deletes.set(key, ++this.#failures);
    }
    if (outcome === 'done') this.#forget(now);
  }

  /** The server will not have these deleted; to ask for ever would fence them for ever. */
  giveUp(keys: readonly string[]): void {
    for (const key of keys) this.#replaying.delete(key);
  }

  clears(): string[] {
    return [...this.#clears.keys()];
  }

  #forget(now: number): void {
    const { windowMs, maxKeys } = this.#settings;
    for (const [key, at] of this.#done) {
      if (at >= now - windowMs && this.#done.size <= maxKeys) break;
      this.#done.delete(key);
    }
    for (const [prefix, at] of this.#cleared) if (at < now - windowMs) this.#cleared.delete(prefix);
  }
}

/** Deleting first makes it the youngest: a Map keeps the order of insertion. */
function remember(times: Map<string, number>, key: string, now: number): void {
  times.delete(key);
  times.set(key, now);
}

/** Strikes out a failure, unless it came after `mark`. */
function forgive(failures: Map<string, number>, key: string, mark: number): void {
  if ((failures.get(key) ?? 0) <= mark) failures.delete(key);
}

function dropOldest(keys: Map<string, unknown>, max: number): void {
  for (const key of keys.keys()) {
    if (keys.size <= max) return;
    keys.delete(key);
  }
}
