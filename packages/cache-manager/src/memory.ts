import { LRUCache } from 'lru-cache';

export interface MemorySettings {
  readonly maxEntries: number;
  readonly ttlMs: number;
  readonly staleIfErrorMs: number;
}

interface Entry {
  readonly value: string;
  readonly at: number;
}

/** A read from Redis under way. A write of its key in the meantime makes its answer too old to keep. */
export interface Fill {
  readonly key: string;
}

/**
 * The first level: what was last read or written, in memory. It keeps the texts that Redis would return, so nobody can
 * change a value in it, and Keyv finds the time of expiry inside.
 */
export class Memory {
  readonly #settings: MemorySettings;
  readonly #entries: LRUCache<string, Entry>;
  readonly #fills = new Map<string, Set<Fill>>();

  constructor(settings: MemorySettings) {
    this.#settings = settings;
    this.#entries = new LRUCache({ max: settings.maxEntries });
  }

  /** What is young enough to be served without asking Redis. */
  fresh(key: string, now: number): string | undefined {
    return this.#read(key, now, this.#settings.ttlMs);
  }

  /** What is good enough while Redis cannot be asked. */
  stale(key: string, now: number): string | undefined {
    return this.#read(key, now, this.#settings.ttlMs + this.#settings.staleIfErrorMs);
  }

  written(key: string, value: string, now: number): void {
    this.#fills.delete(key);
    this.#entries.set(key, { value, at: now });
  }

  deleted(key: string): void {
    this.#fills.delete(key);
    this.#entries.delete(key);
  }

  clear(): void {
    this.#fills.clear();
    this.#entries.clear();
  }

  beginFill(key: string): Fill {
    const fill: Fill = { key };
    const others = this.#fills.get(key);
    if (others) others.add(fill);
    else this.#fills.set(key, new Set([fill]));
    return fill;
  }

  /** `undefined`: there is nothing to keep. */
  endFill(fill: Fill, value: string | undefined, now: number): void {
    const fills = this.#fills.get(fill.key);
    if (!fills?.delete(fill)) return;
    if (fills.size === 0) this.#fills.delete(fill.key);
    if (value === undefined) this.#entries.delete(fill.key);
    else this.#entries.set(fill.key, { value, at: now });
  }

  /** Redis did not answer: what there is stays. */
  dropFill(fill: Fill): void {
    const fills = this.#fills.get(fill.key);
    if (fills?.delete(fill) && fills.size === 0) this.#fills.delete(fill.key);
  }

  #read(key: string, now: number, maxAgeMs: number): string | undefined {
    const entry = this.#entries.get(key);
    return entry && now - entry.at < maxAgeMs ? entry.value : undefined;
  }
}
