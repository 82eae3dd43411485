import type { Survey } from './survey.ts';

/**
 * - `problem`: a failover would fail or lose data, or something is broken now.
 * - `warning`: it works, and will hurt on a bad day.
 * - `note`: worth knowing.
 */
export type Severity = 'problem' | 'warning' | 'note';

export const severities: readonly Severity[] = ['problem', 'warning', 'note'];

/** One thing that is wrong. Its texts are sentences without line breaks. */
export interface Finding {
  readonly severity: Severity;
  /** What is wrong, with the values that show it. */
  readonly what: string;
  /** Why that matters. */
  readonly why: string;
  /** What to do about it. */
  readonly todo: string;
  /** The servers it is about, as `host:port`. */
  readonly about: readonly string[];
}

/** Looks for one kind of trouble, in what was asked before: a rule asks nobody. */
export interface Rule {
  /** In kebab case; `--rule` and `--ignore` take it. */
  readonly name: string;
  /** What it looks for, for the manual. */
  readonly summary: string;
  check(survey: Survey): readonly Finding[];
}
