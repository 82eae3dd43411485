import { longestMs } from './clock.ts';
import { SwitchmasterError } from './errors.ts';

interface Waiter {
  check(this: void): void;
  reject(this: void, error: Error): void;
}

/** Callers that wait for a condition. They keep the process alive, which nothing else of ours does. */
export class WaitingRoom {
  readonly #waiters = new Set<Waiter>();
  #keepAlive: NodeJS.Timeout | undefined;

  /**
   * Resolves with what `attempt` returns as soon as that is not `undefined`; what it throws is thrown. If
   * `signal` fires first, its timeout becomes the error that `diagnose` gives, any other reason is thrown.
   */
  async wait<T>(
    attempt: () => T | undefined,
    signal: AbortSignal | undefined,
    diagnose: () => SwitchmasterError,
  ): Promise<T> {
    throwIfAborted(signal, diagnose);
    const ready = attempt();
    if (ready !== undefined) return ready;
    let leave = (): void => {};
    const waiting = new Promise<T>((resolve, reject) => {
      const check = (): void => {
        try {
          const value = attempt();
          if (value !== undefined) resolve(value);
        } catch (error) {
          reject(error);
        }
      };
      leave = this.#enter({ check, reject });
    });
    return untilAborted(waiting, signal, () => {}, diagnose).finally(leave);
  }

  /** Lets everybody look again. */
  check(): void {
    for (const { check } of [...this.#waiters]) check();
  }

  rejectAll(error: Error): void {
    for (const { reject } of [...this.#waiters]) reject(error);
  }

  #enter(waiter: Waiter): () => void {
    this.#waiters.add(waiter);
    this.#keepAlive ??= setInterval(() => {}, longestMs);
    return () => {
      this.#waiters.delete(waiter);
      if (this.#waiters.size > 0) return;
      clearInterval(this.#keepAlive);
      this.#keepAlive = undefined;
    };
  }
}

export function throwIfAborted(signal: AbortSignal | undefined, diagnose: () => SwitchmasterError): void {
  if (signal?.aborted) throw abortError(signal, diagnose);
}

/** A deadline is worth an explanation; a caller that changed its mind gets its own reason back. */
function abortError(signal: AbortSignal | undefined, diagnose: () => SwitchmasterError): Error {
  const reason = signal?.reason as Error | undefined;
  if (reason?.name !== 'TimeoutError') return reason as Error;
  const { code, message } = diagnose();
  return new SwitchmasterError(code, `${message} (the caller's deadline passed)`, { cause: reason });
}

/** A signal that fires when either does, until it is unlinked. */
export function linkSignals(
  one: AbortSignal | undefined,
  other: AbortSignal,
): { signal: AbortSignal; unlink: () => void } {
  const controller = new AbortController();
  const signals = one ? [one, other] : [other];
  const undo = signals.map((signal) => {
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    return () => signal.removeEventListener('abort', abort);
  });
  return { signal: controller.signal, unlink: () => undo.forEach((remove) => remove()) };
}

/**
 * What `work` resolves with, unless `signal` fires first. Work that cannot be stopped is then given to
 * `discard` when it is done.
 */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  discard: (late: T) => void,
  diagnose: () => SwitchmasterError,
): Promise<T> {
  if (signal === undefined) return work;
  let aborted = (): void => {};
  const abort = new Promise<never>((_, reject) => {
    aborted = () => reject(abortError(signal, diagnose));
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
  });
  try {
    return await Promise.race([work, abort]);
  } catch (error) {
    work.then(discard, () => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', aborted);
  }
}
