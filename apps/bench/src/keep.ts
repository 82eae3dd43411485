import { renameSync, writeFileSync } from 'node:fs';
import type { Choice } from './arguments.ts';
import type { Keep } from './measure.ts';
import { mergeIntoSource } from './report/index.ts';

/** Writes what there is to where the command line wants it, so that an end before the end loses nothing. */
export function keepIn({ json, report }: Pick<Choice, 'json' | 'report'>): Keep {
  return async (results) => {
    if (json !== undefined) {
      writeFileSync(`${json}.new`, `${JSON.stringify(results, undefined, 2)}\n`);
      renameSync(`${json}.new`, json);
    }
    if (report) await mergeIntoSource(results);
  };
}
