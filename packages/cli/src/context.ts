import type { Readable } from 'node:stream';
import { exitCodes, type ExitCode } from './exit-code.ts';

/** Where text goes; a terminal also says how wide it is. */
export interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** The world around one run of the program. Commands touch nothing of `process` but through this. */
export interface Context {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires at Ctrl-C and SIGTERM: end in order. A second signal ends the process at once. */
  readonly signal: AbortSignal;
  /** Set by the command that ran. */
  exitCode: ExitCode;
}

export function processContext(signal: AbortSignal): Context {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, env, signal, exitCode: exitCodes.ok };
}
