import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** By `performance.now()`. */
  readonly deadline: number;
  readonly intervalMs: number;
  /** For the error: "…in time". */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks until there is an answer. A question that fails is asked again, since servers cut connections off when their
 * role changes; the last failure is told at the deadline.
 */
export async function until<T>(check: () => Promise<T | undefined>, options: UntilOptions): Promise<T> {
  let failure: unknown;
  do {
    options.signal?.throwIfAborted();
    try {
      const found = await check();
      if (found !== undefined) return found;
      failure = undefined;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      failure = error;
    }
    await sleep(options.intervalMs, undefined, { signal: options.signal });
  } while (performance.now() < options.deadline);
  const why = failure instanceof Error ? `: ${failure.message}` : '';
  throw new Error(`${options.what} did not come in time${why}`, { cause: failure });
}

/** Asking again is of no use. */
export class Hopeless extends Error {
  override readonly name: string = 'Hopeless';
}
