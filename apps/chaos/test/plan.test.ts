import { describe, expect, test } from 'vitest';
import { faults } from '../src/faults.ts';
import { mayLose, planOf } from '../src/plan.ts';

describe('a plan', () => {
  test('is the same for the same seed and number, and another one otherwise', () => {
    expect(planOf(7, 3)).toEqual(planOf(7, 3));
    expect(planOf(7, 3)).not.toEqual(planOf(7, 4));
    expect(planOf(7, 3)).not.toEqual(planOf(8, 3));
  });

  test('has one to four faults, and in a thousand plans there is each of them', () => {
    const plans = Array.from({ length: 1000 }, (_, episode) => planOf(1, episode));
    expect(new Set(plans.map(({ steps }) => steps.length))).toEqual(new Set([1, 2, 3, 4]));
    const seen = new Set(plans.flatMap(({ steps }) => steps.map(({ fault }) => fault.name)));
    expect([...seen].toSorted()).toEqual(faults.map(({ name }) => name).toSorted());
  });

  test.each([
    [[], false],
    [['nothing'], false],
    [['planned'], false],
    [['planned', 'nothing'], false],
    [['participant', 'participant'], false],
    [['planned', 'participant'], true],
    [['master'], true],
  ] as const)('of faults that cost %j may lose writes: %j', (costs, expected) => {
    expect(mayLose(costs)).toBe(expected);
  });
});
