import { severities, type Finding, type Rule, type Severity } from './rule.ts';
import { rules } from './rules/index.ts';
import type { Survey } from './survey.ts';

/** A finding, and the rule that it is of. */
export interface Diagnosis extends Finding {
  readonly rule: string;
}

/** Applies rules, and puts what they find in order of severity. */
export function examine(survey: Survey, chosen: readonly Rule[] = rules): Diagnosis[] {
  const found = chosen.flatMap((rule) =>
    rule.check(survey).map((finding) => ({ rule: rule.name, ...finding })),
  );
  return found.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

/** Whether there is anything at least as bad as `severity`. */
export function isAsBadAs(findings: readonly Finding[], severity: Severity): boolean {
  return findings.some((one) => severities.indexOf(one.severity) <= severities.indexOf(severity));
}
