/** How long and how often {@link eventually} and {@link until} ask. */
export interface WaitOptions {
  /** The time after which to give up, in milliseconds. Default: 20000. */
  readonly timeoutMs?: number | undefined;
  /** The pause between two checks, in milliseconds. Default: 10. */
  readonly intervalMs?: number | undefined;
  /** What is waited for, for the message of the error. Default: `the condition`. */
  readonly what?: string | undefined;
}

/**
 * Calls `check` until it neither throws nor returns `false`, and returns its result. For assertions; where a missing
 * value means "not yet", use {@link until}.
 *
 * @throws when the time is up. The message and `cause` hold the last failure.
 *
 * @example
 * ```ts
 * await eventually(async () => expect(await redis.get('key')).toBe('value'));
 * ```
 */
export function eventually<T>(check: () => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
  return poll(check, (value) => value !== false, options);
}

/**
 * Calls `check` until it returns something truthy, and returns that. A check that throws is asked again, too.
 *
 * @throws when the time is up. The message and `cause` hold the last failure.
 *
 * @example
 * ```ts
 * const master = await until(() => resolver.topology.master, { timeoutMs: 10_000 });
 * ```
 */
export function until<T>(check: () => T | Promise<T>, options: WaitOptions = {}): Promise<NonNullable<T>> {
  return poll(check, Boolean, options) as Promise<NonNullable<T>>;
}

async function poll<T>(
  check: () => T | Promise<T>,
  accept: (value: T) => boolean,
  options: WaitOptions,
): Promise<T> {
  const { timeoutMs = 20_000, intervalMs = 10, what = 'the condition' } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await check();
      if (accept(value)) return value;
      failure = new Error(`the check returned ${String(value)}`);
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= deadline) {
      const last = failure instanceof Error ? failure.message : String(failure);
      throw new Error(`Waited ${timeoutMs} ms for ${what}. Last failure: ${last}`, { cause: failure });
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
