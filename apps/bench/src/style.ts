import { createColors } from 'picocolors';

/** The colours of an output, or functions that leave the text as it is. */
export type Colors = ReturnType<typeof createColors>;

/** `NO_COLOR`, `FORCE_COLOR` and `TERM` have the usual meaning. */
export function colorsOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Colors {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  return createColors(stream.isTTY ? stream.hasColors(env as Record<string, string>) : forced);
}
