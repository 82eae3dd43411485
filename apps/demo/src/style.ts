import { createColors } from 'picocolors';

/** The colours of an output, or functions that leave the text as it is. */
export type Colors = ReturnType<typeof createColors>;

/** Where text goes, and what that place can show. */
export interface Output {
  readonly stream: NodeJS.WriteStream;
  readonly live: boolean;
  readonly colors: Colors;
}

/** Looks at what the stream is. `NO_COLOR`, `FORCE_COLOR` and `TERM` have the usual meaning. */
export function describeOutput(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Output {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  const colored = stream.isTTY ? stream.hasColors(env as Record<string, string>) : forced;
  return { stream, live: stream.isTTY && env['TERM'] !== 'dumb', colors: createColors(colored) };
}

/** The width to lay out for. The last column stays free: some terminals break the line there. */
export function widthOf({ stream }: Output): number {
  return Math.max(60, Math.min(stream.isTTY ? stream.columns : 100, 140) - 1);
}

/** `12,345`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `1,234 ms`. */
export function duration(ms: number): string {
  return `${count(ms)} ms`;
}
