import { isSwitchmasterError, SwitchmasterError } from '@switchmaster/core';

/** Answers that say that this server cannot serve now: as good as none. */
const outages = /^(?:READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNBLOCKED|NOREPLICAS|MISCONF) /;
/** Every error that Redis itself answers begins with its kind in capital letters. */
const answer = /^[A-Z]{2,} /;

/** Whether the server has answered, and said no: that it is well, and will say no again. */
export function isRefusal(error: unknown): boolean {
  // Ours are not the server's.
  if (!(error instanceof Error) || isSwitchmasterError(error)) return false;
  const { message } = error;
  return answer.test(message) && !outages.test(message);
}

const denials = /^(?:NOPERM|NOAUTH|WRONGPASS) /;

/** What went wrong with `what`, in our words. */
export function asStoreError(error: unknown, what: string): SwitchmasterError {
  if (isSwitchmasterError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = denials.test(message)
    ? 'AUTH_REFUSED'
    : isRefusal(error)
      ? 'PROTOCOL_ERROR'
      : 'MASTER_UNREACHABLE';
  return new SwitchmasterError(code, `${what} failed: ${message}`, { cause: error });
}
