import { describe, expect, it } from 'vitest';
import { healthySurvey } from '../../test/healthy-survey.ts';
import { spoiltSurveys } from '../../test/spoilt-surveys.ts';
import { problemsOf } from './safety.ts';

const stopping = [
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
];
/** A failover goes well in spite of them. */
const passing = [
  'name-unknown',
  'sentinel-count',
  'unreachable-address',
  'own-rights',
  'protected-mode',
  'certificate-name',
  'certificate-expiry',
];

describe('what the doctor finds', () => {
  const rows = spoiltSurveys.map(([title, change, expected]) => {
    const problems = expected
      .filter((one) => one.startsWith('problem '))
      .map((one) => one.split(' ')[1] ?? '');
    return [title, change, problems] as const;
  });

  it.each(rows)('%s', (_, change, problems) => {
    const { obstacles, others } = problemsOf(healthySurvey(change));
    expect(obstacles.map(({ rule }) => rule)).toEqual(problems.filter((rule) => stopping.includes(rule)));
    expect(others.map(({ rule }) => rule)).toEqual(problems.filter((rule) => passing.includes(rule)));
  });

  it('is decided for each rule that knows problems', () => {
    const known = new Set(rows.flatMap(([, , problems]) => problems));
    expect([...stopping, ...passing].toSorted()).toEqual([...known].toSorted());
  });
});
