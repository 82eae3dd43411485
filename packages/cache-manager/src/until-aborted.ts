import { SwitchmasterError } from '@switchmaster/core';

/**
 * What `promise` gives, unless `signal` fires first.
 *
 * @throws SwitchmasterError `TIMED_OUT` with `diagnosis` at a timeout; the signal's own reason at any other abort.
 */
export function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  diagnosis: string,
): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(reasonOf(signal, diagnosis));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function reasonOf({ reason }: AbortSignal, diagnosis: string): unknown {
  const isTimeout = reason instanceof Error && reason.name === 'TimeoutError';
  return isTimeout ? new SwitchmasterError('TIMED_OUT', diagnosis, { cause: reason }) : reason;
}
