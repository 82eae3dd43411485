import { SwitchmasterError } from '@switchmaster/core';

/** Its signal fires when the time is up. To make one takes longer than the command: only who asks for it has one. */
export type Deadline = Pick<AbortController, 'signal'>;

/**
 * Runs `run` for `timeoutMs` at the most. The signal fires when the time is up, so that what is not under way yet is
 * not begun. `onLate` is called when it succeeds after all.
 *
 * @throws SwitchmasterError `TIMED_OUT`, or what `run` threw.
 */
export function within<T>(
  timeoutMs: number,
  what: string,
  run: (deadline: Deadline) => Promise<T>,
  onLate: () => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = new AbortController();
    const result = run(cancel);
    let turn: NodeJS.Immediate | undefined;
    let isLate = false;
    const expire = (): void => {
      isLate = true;
      const error = new SwitchmasterError('TIMED_OUT', `no answer to ${what} within ${timeoutMs} ms`);
      reject(error);
      cancel.abort(error);
    };
    // Where this process itself was late, the answer may have come: timers are looked at before sockets.
    const timer = setTimeout(() => {
      turn = setImmediate(expire);
    }, timeoutMs);
    const settled =
      <Outcome>(then: (outcome: Outcome) => void) =>
      (outcome: Outcome): void => {
        clearTimeout(timer);
        clearImmediate(turn);
        return then(outcome);
      };
    result.then(
      settled((value: T) => (isLate ? onLate() : resolve(value))),
      settled(reject),
    );
  });
}
