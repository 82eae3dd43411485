import { describe, expect, it } from 'vitest';
import { aSentinel, healthySurvey, row } from '../../../test/healthy-survey.ts';
import { spoiltSurveys, unreachable } from '../../../test/spoilt-surveys.ts';
import { examine } from '../examine.ts';
import { rules } from './index.ts';

describe('each rule on its own', () => {
  it.each(spoiltSurveys)('%s', (_, change, expected) => {
    const found = examine(healthySurvey(change));
    expect(found.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(expected);
  });

  it('texts are whole sentences on one line', () => {
    const texts = spoiltSurveys
      .flatMap(([, change]) => examine(healthySurvey(change)))
      .flatMap(({ what, why, todo }) => [what, why, todo]);
    expect(
      texts.filter(
        (text) => !/^([^a-z ]|[a-z]+-)[^\n]*[^. ][.]$/.test(text) || /undefined|NaN|Infinity/.test(text),
      ),
    ).toEqual([]);
  });

  it('is in the table', () => {
    const covered = new Set(
      spoiltSurveys.flatMap(([, , expected]) => expected.map((title) => title.split(' ')[1])),
    );
    const counted = rules
      .map(({ name }) => name)
      .filter((name) => !covered.has(name) && name !== 'leftover-sentinel');
    expect(counted).toEqual([]);
  });
});

describe('sentinels that are gone', () => {
  const gone = { trouble: unreachable, masterAddress: undefined, master: row({}), peers: [], id: undefined };
  const seenDown = aSentinel(1).peers.map((peer) =>
    row({ ...Object.fromEntries(peer), flags: 's_down,sentinel' }),
  );

  it('count against the majority until they are forgotten', () => {
    const found = examine(
      healthySurvey({
        sentinels: [aSentinel(1, { peers: seenDown }), aSentinel(2, gone), aSentinel(3, gone)],
      }),
    );
    expect(found.map(({ rule }) => rule)).toEqual(['quorum', 'leftover-sentinel', 'leftover-sentinel']);
  });

  it('are strangers where nobody names them', () => {
    const stranger = aSentinel(9, { ...gone, announced: undefined });
    const finding = examine(healthySurvey({ sentinels: [...healthySurvey().sentinels, stranger] })).find(
      ({ rule }) => rule === 'leftover-sentinel',
    );
    expect(finding?.what).toContain('no other sentinel knows it');
  });
});
