import { Readable } from 'node:stream';
import type { Context } from '../src/context.ts';
import { exitCodes, type ExitCode } from '../src/exit-code.ts';
import { run } from '../src/main.ts';

/** What a run of the program wrote. */
export interface Written {
  stdout: string;
  stderr: string;
}

/** A world for one run: no terminal, an empty environment and stdin, and nothing aborted. */
export function aContext(more: Partial<Context> = {}): { context: Context; written: Written } {
  const written: Written = { stdout: '', stderr: '' };
  const context: Context = {
    stdin: Readable.from([]),
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    env: {},
    signal: new AbortController().signal,
    exitCode: exitCodes.ok,
    ...more,
  };
  return { context, written };
}

/** One run, in this process. */
export async function runProgram(
  argv: readonly string[],
  more?: Partial<Context>,
): Promise<Written & { code: ExitCode }> {
  const { context, written } = aContext(more);
  const code = await run(argv, context);
  return { code, ...written };
}
