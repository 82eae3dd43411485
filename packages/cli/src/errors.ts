import { isSwitchmasterError } from '@switchmaster/core';
import { exitCodes, type ExitCode } from './exit-code.ts';

/** Something that the user gave is wrong: one line says where it was given, what was expected and what came. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return exitCodes.usage;
  if (!isSwitchmasterError(error)) return exitCodes.failed;
  return error.code === 'INVALID_OPTION' ? exitCodes.usage : exitCodes.unreachable;
}
