import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerConnection } from '@switchmaster/core';
import type { Scene } from './scene.ts';

/** Keys that are not deleted disappear by themselves after this. */
export const ttlSeconds = 900;

const chunk = 500;

/** The keys of one drill: nothing else is written or deleted. */
export class Keys {
  readonly prefix: string;
  readonly #written = new Set<string>();

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** How many may have been written. */
  get count(): number {
    return this.#written.size;
  }

  /** Notes that a key is about to be written. */
  note(key: string): void {
    if (!key.startsWith(this.prefix)) throw new Error(`${key} does not begin with ${this.prefix}`);
    this.#written.add(key);
  }

  /** Deletes them on the master. Resolves with the number of those that could not be. */
  async remove(scene: Scene): Promise<{ readonly left: number; readonly error: Error | undefined }> {
    let error: Error | undefined;
    for (let tries = 0; tries < 5 && this.#written.size > 0; tries++) {
      if (tries > 0) await sleep(1000);
      error = await this.#removeOnce(scene).catch((cause: unknown) => cause as Error);
    }
    return { left: this.#written.size, error };
  }

  async #removeOnce(scene: Scene): Promise<undefined> {
    const address = await scene.resolver.master({ signal: AbortSignal.timeout(5000) });
    using master = await scene.servers.connect('node', address);
    for (let keys = this.#take(); keys.length > 0; keys = this.#take()) {
      await master.request('UNLINK', ...keys);
      for (const key of keys) this.#written.delete(key);
    }
  }

  #take(): string[] {
    return [...this.#written].slice(0, chunk);
  }
}

/** Reads the values of keys; `null` for one that is absent. */
export async function readMany(
  master: ServerConnection,
  keys: readonly string[],
): Promise<(string | null)[]> {
  const values = await master.request('MGET', ...keys);
  return Array.isArray(values) ? values.map((value) => (typeof value === 'string' ? value : null)) : [];
}
