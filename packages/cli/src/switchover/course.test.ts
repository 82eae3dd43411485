import { describe, expect, test } from 'vitest';
import { type Action, type Attempt, nextAction, type Outcome, verdictOf } from './course.ts';

/** What is done when `outcomes` come, and everything else succeeds. */
function run(outcomes: Readonly<Partial<Record<Action, Outcome>>>): readonly Attempt[] {
  const course: Attempt[] = [];
  for (let action = nextAction(course); action; action = nextAction(course)) {
    course.push({ action, outcome: outcomes[action] ?? 'done' });
  }
  return course;
}

const upToPause = ['prefer', 'await-moment', 'pause'] as const;
const upToFailOver = [...upToPause, 'catch-up', 'fail-over'] as const;
const upToPromotion = [...upToFailOver, 'await-promotion'] as const;

type Row = readonly [
  when: string,
  outcomes: Readonly<Partial<Record<Action, Outcome>>>,
  actions: readonly Action[],
  verdict: string,
];

const rows: readonly Row[] = [
  [
    'all goes well',
    {},
    [...upToPromotion, 'await-announcement', 'demote', 'resume', 'restore', 'verify'],
    'switched',
  ],
  ['the priorities cannot be set', { prefer: 'failed' }, ['prefer', 'restore'], 'rolled-back'],
  [
    'it is interrupted before the pause',
    { 'await-moment': 'failed' },
    ['prefer', 'await-moment', 'restore'],
    'rolled-back',
  ],
  ['the master refuses the pause', { pause: 'failed' }, [...upToPause, 'resume', 'restore'], 'rolled-back'],
  [
    'the replica does not catch up',
    { 'catch-up': 'failed' },
    [...upToPause, 'catch-up', 'resume', 'restore'],
    'rolled-back',
  ],
  [
    'the pause cannot be lifted',
    { 'catch-up': 'failed', resume: 'failed' },
    [...upToPause, 'catch-up', 'resume', 'restore'],
    'unfinished',
  ],
  [
    'the sentinel refuses the failover',
    { 'fail-over': 'failed' },
    [...upToFailOver, 'call-off', 'resume', 'restore'],
    'rolled-back',
  ],
  [
    'nobody is promoted',
    { 'await-promotion': 'failed' },
    [...upToPromotion, 'call-off', 'resume', 'restore'],
    'rolled-back',
  ],
  [
    'nobody is promoted, and the failover cannot be called off',
    { 'await-promotion': 'failed', 'call-off': 'failed' },
    [...upToPromotion, 'call-off', 'resume', 'restore'],
    'unfinished',
  ],
  [
    'the promotion came at the last moment',
    { 'await-promotion': 'failed', 'call-off': 'promoted' },
    [...upToPromotion, 'call-off', 'await-announcement', 'demote', 'resume', 'restore', 'verify'],
    'switched-with-trouble',
  ],
  [
    'no sentinel announces the promotion',
    { 'await-announcement': 'failed' },
    [...upToPromotion, 'await-announcement', 'call-off', 'take-back', 'resume', 'restore'],
    'rolled-back',
  ],
  [
    'no sentinel announces it, and the replica cannot be taken back',
    { 'await-announcement': 'failed', 'take-back': 'failed' },
    [...upToPromotion, 'await-announcement', 'call-off', 'take-back', 'resume', 'restore'],
    'unfinished',
  ],
  [
    'the old master is not demoted: it stays paused',
    { demote: 'failed' },
    [...upToPromotion, 'await-announcement', 'demote', 'restore', 'verify'],
    'unfinished',
  ],
  [
    'the old master dies when it is a replica',
    { resume: 'failed', verify: 'failed' },
    [...upToPromotion, 'await-announcement', 'demote', 'resume', 'restore', 'verify'],
    'switched-with-trouble',
  ],
];

describe('the course of a switchover', () => {
  test.each(rows)('when %s', (_, outcomes, actions, verdict) => {
    const course = run(outcomes);
    expect(course.map(({ action }) => action)).toEqual(actions);
    expect(verdictOf(course)).toBe(verdict);
  });

  const all: readonly Action[] = [
    ...upToPromotion,
    'await-announcement',
    'demote',
    'resume',
    'restore',
    'verify',
  ];
  const courses = subsetsOf([...all, 'call-off', 'take-back']).map((failing) =>
    run(Object.fromEntries(failing.map((action) => [action, 'failed']))),
  );
  const isDone = (course: readonly Attempt[], wanted: Action): boolean =>
    course.some(({ action, outcome }) => action === wanted && outcome === 'done');
  const at = (course: readonly Attempt[], wanted: Action): number =>
    course.findIndex(({ action }) => action === wanted);

  test('sets priorities back, whatever fails', () => {
    expect(courses.filter((course) => at(course, 'restore') === -1)).toEqual([]);
  });

  test('lifts each pause, whatever fails, unless the old master could not be demoted', () => {
    const left = courses.filter((course) => at(course, 'pause') >= 0 && at(course, 'resume') === -1);
    expect(left.filter((course) => at(course, 'demote') === -1 || isDone(course, 'demote'))).toEqual([]);
  });

  test('lets no writes go on at a master that was replaced', () => {
    const replaced = courses.filter(
      (course) => isDone(course, 'await-announcement') && at(course, 'resume') >= 0,
    );
    expect(replaced.filter((course) => !isDone(course, 'demote'))).toEqual([]);
    expect(replaced.filter((course) => at(course, 'resume') < at(course, 'demote'))).toEqual([]);
  });
});

function subsetsOf(actions: readonly Action[]): Action[][] {
  return Array.from({ length: 2 ** actions.length }, (_, bits) =>
    actions.filter((_action, i) => Math.floor(bits / 2 ** i) % 2 === 1),
  );
}
