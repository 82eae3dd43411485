import { type Diagnosis, examine } from '../doctor/examine.ts';
import type { Survey } from '../doctor/survey.ts';

/** The rules whose problems are in the way of a failover, or would be felt after it. */
const obstructive: ReadonlySet<string> = new Set([
  'stale-master',
  'master-address',
  'node-down',
  'no-replica',
  'replica-link',
  'replica-priority',
  'ckquorum',
  'quorum',
  'tilt',
  'server-rights',
  'master-auth',
  'min-replicas',
  'failover-timeout',
]);

export interface Problems {
  /** A switchover is not done while these last, unless it is forced. */
  readonly obstacles: readonly Diagnosis[];
  /** Worth knowing before the question. */
  readonly others: readonly Diagnosis[];
}

/** What the doctor finds, as far as it is a problem. */
export function problemsOf(survey: Survey): Problems {
  const problems = examine(survey).filter(({ severity }) => severity === 'problem');
  const isObstacle = ({ rule }: Diagnosis): boolean => obstructive.has(rule);
  return {
    obstacles: problems.filter(isObstacle),
    others: problems.filter((problem) => !isObstacle(problem)),
  };
}
