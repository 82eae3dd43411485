import { errorBrand, hasBrand } from './brand.ts';

/**
 * Why something could not be done, for programs to test. Codes are compared, never classes, since two
 * copies of a package may be loaded in one process.
 *
 * - `INVALID_OPTION`: an option is missing, unknown or out of range; thrown at once.
 * - `SENTINELS_UNREACHABLE`: no sentinel could be reached, or none answered.
 * - `NAME_UNKNOWN`: sentinels answer, and none of them monitors a master of that name.
 * - `MASTER_UNREACHABLE`: the sentinels name a master and it cannot be reached.
 * - `ROLE_MISMATCH`: the node was reached and its `ROLE` is not the one asked for.
 * - `AUTH_REFUSED`: a sentinel or node refused the credentials, or they may not run what is needed.
 * - `PROTOCOL_ERROR`: the peer speaks no Redis protocol or no TLS, or its certificate is not accepted.
 * - `TIMED_OUT`: the deadline passed before anything more precise was known.
 * - `CLOSED`: the resolver, sentinel set or factory was closed.
 */
export type SwitchmasterErrorCode =
  | 'INVALID_OPTION'
  | 'SENTINELS_UNREACHABLE'
  | 'NAME_UNKNOWN'
  | 'MASTER_UNREACHABLE'
  | 'ROLE_MISMATCH'
  | 'AUTH_REFUSED'
  | 'PROTOCOL_ERROR'
  | 'TIMED_OUT'
  | 'CLOSED';

/**
 * The one error that switchmaster throws and emits. `code` says what went wrong, `cause` what was beneath
 * it. The message names what was asked of whom, and what to do about it; it never holds credentials.
 *
 * @example
 * try {
 *   await resolver.master({ signal: AbortSignal.timeout(1000) });
 * } catch (error) {
 *   if (isSwitchmasterError(error) && error.code === 'NAME_UNKNOWN') process.exit(2);
 *   throw error;
 * }
 */
export class SwitchmasterError extends Error {
  override readonly name: string = 'SwitchmasterError';
  readonly code: SwitchmasterErrorCode;

  constructor(code: SwitchmasterErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, errorBrand, { value: true });
  }
}

/** Whether `value` is a {@link SwitchmasterError}, also one made by another copy of this package. */
export function isSwitchmasterError(value: unknown): value is SwitchmasterError {
  return hasBrand(value, errorBrand);
}

export function asSwitchmasterError(error: unknown, code: SwitchmasterErrorCode): SwitchmasterError {
  if (isSwitchmasterError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SwitchmasterError(code, message, { cause: error });
}
