import { SwitchmasterError } from '@switchmaster/core';

/**
 * Runs `run` for `timeoutMs` at the most. Its signal fires when the time is up, so that what is not under way yet is
 * not begun. `onLate` is called when it succeeds after all.
 *
 * @throws SwitchmasterError `TIMED_OUT`, or what `run` threw.
 */
export async function within<T>(
  timeoutMs: number,
  what: string,
  run: (signal: AbortSignal) => Promise<T>,
  onLate: () => void = () => {},
): Promise<T> {
  const cancel = new AbortController();
  const result = run(cancel.signal);
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const expire = (): void => {
      const error = new SwitchmasterError('TIMED_OUT', `no answer to ${what} within ${timeoutMs} ms`);
      reject(error);
      cancel.abort(error);
    };
    // Where this process itself was late, the answer may have come: timers are looked at before sockets.
    timer = setTimeout(() => {
      turn = setImmediate(expire);
    }, timeoutMs);
  });
  try {
    return await Promise.race([result, deadline]);
  } catch (error) {
    if (cancel.signal.aborted) result.then(onLate, () => {});
    throw error;
  } finally {
    clearTimeout(timer);
    clearImmediate(turn);
  }
}
