import { createInterface } from 'node:readline/promises';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';

interface Consent {
  readonly yes?: boolean | undefined;
}

/** Scripts say `--yes`: told at once, before anything is dialled. */
export function requireConsent({ stdin }: Context, { yes }: Consent): void {
  if (yes !== true && stdin.isTTY !== true)
    throw new UsageError('expected --yes, since there is no terminal to ask on');
}

/** Asks on the terminal before something is changed. */
export async function confirm(
  question: string,
  { stdin, stderr, signal }: Context,
  { yes }: Consent,
): Promise<boolean> {
  if (yes === true) return true;
  stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: stdin });
  const interrupted = new AbortController();
  // A terminal that is read line by line hands Ctrl-C to the reader.
  lines.on('SIGINT', () => interrupted.abort());
  try {
    const answer = await lines.question('', { signal: AbortSignal.any([signal, interrupted.signal]) });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!interrupted.signal.aborted && !signal.aborted) throw error;
    stderr.write('\n');
    return false;
  } finally {
    lines.close();
  }
}
