/**
 * What a switchover does, in this order, and what it does when something goes wrong:
 *
 * - `prefer`: makes the sentinels prefer the candidate, by its `replica-priority`;
 * - `await-moment`: waits for the moment at which the sentinels will notice a promotion soonest;
 * - `pause`: writes wait at the master;
 * - `catch-up`: the candidate has every byte;
 * - `fail-over`: a sentinel is asked for the failover;
 * - `await-promotion`: the candidate says `master`. The point of no return;
 * - `await-announcement`: the sentinels name it;
 * - `demote`: the old master follows it, and its clients are cut off;
 * - `resume`: writes wait no longer;
 * - `restore`: the priorities are what they were;
 * - `verify`: all of it is as it should be;
 * - `call-off`, `take-back`: no failover is under way, no replica is promoted.
 */
export type Action =
  | 'prefer'
  | 'await-moment'
  | 'pause'
  | 'catch-up'
  | 'fail-over'
  | 'await-promotion'
  | 'await-announcement'
  | 'demote'
  | 'resume'
  | 'restore'
  | 'verify'
  | 'call-off'
  | 'take-back';

/** How an action ended. `promoted`: what was to be called off has happened. */
export type Outcome = 'done' | 'failed' | 'promoted';

export interface Attempt {
  readonly action: Action;
  readonly outcome: Outcome;
}

/** Every action that was tried, in order. None is tried twice, so a course ends. */
export type Course = readonly Attempt[];

const forward: readonly Action[] = [
  'prefer',
  'await-moment',
  'pause',
  'catch-up',
  'fail-over',
  'await-promotion',
  'await-announcement',
  'demote',
  'resume',
  'restore',
  'verify',
];

/** What is to be done next; `undefined`: it is over. */
export function nextAction(course: Course): Action | undefined {
  return wayFrom(course).find((action) => !course.some((attempt) => attempt.action === action));
}

/** How it ended. `unfinished`: a remedy failed, too. */
export type Verdict = 'switched' | 'switched-with-trouble' | 'rolled-back' | 'unfinished';

export function verdictOf(course: Course): Verdict {
  const failed = course.filter(({ outcome }) => outcome === 'failed').map(({ action }) => action);
  if (failed.length === 0) return 'switched';
  if (!isPromoted(course))
    return failed.some((action) => remedies.has(action)) ? 'unfinished' : 'rolled-back';
  const open = failed.includes('demote') || failed.includes('take-back');
  return open ? 'unfinished' : 'switched-with-trouble';
}

const remedies: ReadonlySet<Action> = new Set(['call-off', 'take-back', 'resume', 'restore']);

/** Up to the promotion the way out leads back; from then on it leads forward, whatever fails. */
function wayFrom(course: Course): readonly Action[] {
  if (!course.some(({ outcome }) => outcome === 'failed')) return forward;
  if (isPromoted(course)) return wayForward(course);
  if (tried(course, 'fail-over')) return ['call-off', ...wayBack(course)];
  return wayBack(course);
}

function wayForward(course: Course): readonly Action[] {
  // No sentinel has taken it up: the promoted replica follows the old master again, which has every write.
  if (ended(course, 'await-announcement', 'failed')) return ['call-off', 'take-back', 'resume', 'restore'];
  // The pause must outlive the old master's last moment as a master.
  if (ended(course, 'demote', 'failed')) return ['restore', 'verify'];
  return ['await-announcement', 'demote', 'resume', 'restore', 'verify'];
}

function wayBack(course: Course): readonly Action[] {
  return [
    ...(tried(course, 'pause') ? (['resume'] as const) : []),
    ...(tried(course, 'prefer') ? (['restore'] as const) : []),
  ];
}

function isPromoted(course: Course): boolean {
  if (ended(course, 'take-back', 'done')) return false;
  return ended(course, 'await-promotion', 'done') || course.some(({ outcome }) => outcome === 'promoted');
}

function tried(course: Course, action: Action): boolean {
  return course.some((attempt) => attempt.action === action);
}

function ended(course: Course, action: Action, outcome: Outcome): boolean {
  return course.some((attempt) => attempt.action === action && attempt.outcome === outcome);
}
