import { SwitchmasterError } from '@switchmaster/core';
import type { Journal } from './journal.ts';
import type { Link } from './link.ts';
import { isRefusal } from './refusal.ts';
import { clear } from './scan.ts';
import type { TimeLimit } from './time-limit.ts';

/** How many keys one `UNLINK` takes: enough to be quick, too few to make others wait. */
const batchSize = 500;
/** Deleted where there is nothing else to delete, since only a write shows that this is a master. */
const probeKey = 'switchmaster:probe';

/** Deletes at Redis what the journal holds. */
export class Replayer {
  readonly #link: Link;
  readonly #journal: Journal;
  readonly #limit: TimeLimit;
  readonly #onRefusal: (error: SwitchmasterError) => void;
  #clearing = false;
  #count = 0;

  constructor(link: Link, journal: Journal, limit: TimeLimit, onRefusal: (error: SwitchmasterError) => void) {
    this.#link = link;
    this.#journal = journal;
    this.#limit = limit;
    this.#onRefusal = onRefusal;
  }

  /** How many keys and namespaces have been deleted this way. */
  get count(): number {
    return this.#count;
  }

  /**
   * Whether all keys are deleted. Namespaces are cleared after that, for as long as it takes: what is in them stays
   * fenced, and the rest is served.
   */
  async replay(options: { readonly probe?: boolean } = {}): Promise<boolean> {
    if (options.probe === true && !this.#journal.hasKeys && !(await this.#unlink([]))) return false;
    while (this.#journal.hasKeys) {
      if (!(await this.#unlink(this.#journal.take(batchSize)))) return false;
    }
    void this.#clearAll();
    return true;
  }

  async #unlink(keys: readonly string[]): Promise<boolean> {
    try {
      await this.#link.request(['UNLINK', ...(keys.length > 0 ? keys : [probeKey])], this.#limit);
      this.#journal.settle(keys, 'done', performance.now());
      this.#count += keys.length;
      return true;
    } catch (error) {
      const refused = isRefusal(error);
      if (refused) this.#giveUp(keys, error);
      else this.#journal.settle(keys, 'failed', performance.now());
      return refused;
    }
  }

  #giveUp(keys: readonly string[], cause: unknown): void {
    this.#journal.giveUp(keys);
    if (keys.length === 0) return;
    const message = `the server refuses to delete ${keys.length} keys that are out of date: ${String(cause)}`;
    this.#onRefusal(new SwitchmasterError('AUTH_REFUSED', message, { cause }));
  }

  async #clearAll(): Promise<void> {
    if (this.#clearing) return;
    this.#clearing = true;
    try {
      for (const prefix of this.#journal.clears()) {
        const { mark } = this.#journal;
        await clear(this.#link, prefix, () => this.#limit);
        this.#journal.cleared(prefix, performance.now(), mark);
        this.#count++;
      }
    } catch {
      // It stays in the journal, and its namespace fenced, until the next time.
    } finally {
      this.#clearing = false;
    }
  }
}
