import { createColors } from 'picocolors';
import type { Context, Stream } from './context.ts';

/** Columns of help texts, wherever they are shown: the manual has them too. */
export const helpWidth: number = 100;

/** The colours of a stream, or functions that leave the text as it is. */
export type Colors = ReturnType<typeof createColors>;

/** What a command says, in the form that was asked for. */
export interface Output {
  readonly format: 'text' | 'json';
  /** Of stdout. */
  readonly colors: Colors;
  /** Columns to lay text out for. */
  readonly width: number;
  /** Whether stdout is a terminal that can be drawn upon. */
  readonly live: boolean;
  /** The result as text, on stdout; silent with `--json`. */
  text(text: string): void;
  /** The result as one line of JSON, on stdout; silent without `--json`. */
  json(value: unknown): void;
  /** What is no result: progress, warnings, questions. Always on stderr. */
  note(text: string): void;
}

export function createOutput(
  { stdout, stderr, env }: Context,
  options: { readonly json?: boolean | undefined },
): Output {
  const format = options.json === true ? 'json' : 'text';
  return {
    format,
    colors: createColors(hasColors(stdout, env)),
    width: widthOf(stdout),
    live: stdout.isTTY === true && env['TERM'] !== 'dumb',
    text: (text) => void (format === 'text' && stdout.write(`${text}\n`)),
    json: (value) => void (format === 'json' && stdout.write(`${JSON.stringify(value)}\n`)),
    note: (text) => void stderr.write(`${text}\n`),
  };
}

/** `NO_COLOR` (https://no-color.org), `FORCE_COLOR` and `TERM` have their usual meaning. */
export function hasColors({ isTTY }: Stream, env: Context['env']): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0';
  return isTTY === true && env['TERM'] !== 'dumb';
}

/** The last column stays free: some terminals break the line there. Long lines are hard to read anywhere. */
export function widthOf({ isTTY, columns }: Stream): number {
  const available = isTTY ? (columns ?? 80) : 100;
  return Math.max(40, Math.min(available, 110) - 1);
}
