import fc from 'fast-check';
import { nonsense, playNonsense } from './adversary.ts';
import { histories, play } from './history.ts';
import type { Subject } from './resolver.ts';

export interface Found {
  readonly numRuns: number;
  /** Shrunk; `path` leads to it at once. */
  readonly failure: { readonly error: Error; readonly path: string; readonly story: string[] } | undefined;
}

export interface Search {
  readonly runs: number;
  readonly seed: number;
  /** Of a failure that was found before: only that one is played. */
  readonly path?: string | undefined;
  readonly subject?: Subject;
  readonly shrink?: boolean;
}

/** The two kinds of histories: what happens around real sentinels, and what nobody would ever do. */
export const kinds = ['sentinel', 'nonsense'] as const;
export type Kind = (typeof kinds)[number];

/** Plays histories until a promise is broken. */
export function search(kind: Kind, options: Search): Promise<Found> {
  return kind === 'sentinel' ? find(histories, play, options) : find(nonsense, playNonsense, options);
}

async function find<T>(
  arbitrary: fc.Arbitrary<T>,
  playOne: (history: T, subject: Subject | undefined, told?: boolean) => Promise<string[]>,
  { runs, seed, path, subject, shrink = true }: Search,
): Promise<Found> {
  const property = fc.asyncProperty(arbitrary, async (history) => {
    await playOne(history, subject);
  });
  const only =
    path === undefined ? { numRuns: runs, endOnFailure: !shrink } : { path, numRuns: 1, endOnFailure: true };
  const details = await fc.check(property, { seed, ...only });
  if (!details.failed) return { numRuns: details.numRuns, failure: undefined };
  const error =
    details.errorInstance instanceof Error ? details.errorInstance : new Error('it failed without an error');
  const [history] = details.counterexample ?? [];
  const story = history === undefined ? [] : await playOne(history, subject, true);
  return { numRuns: details.numRuns, failure: { error, path: details.counterexamplePath ?? '', story } };
}
