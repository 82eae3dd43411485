import { describe, expect, test } from 'vitest';
import { kinds, search } from './kinds.ts';
import { mutants } from './mutants.ts';
import { invariants } from './referee.ts';

describe('the model', () => {
  test.each([
    ['sentinel', 300],
    ['nonsense', 1000],
  ] as const)(
    'finds no broken promise: %s',
    async (kind, runs) => {
      const { failure } = await search(kind, { runs, seed: 20 });
      expect(failure?.story.join('\n')).toBeUndefined();
      // It is all computing: on a busy machine it takes many times as long.
    },
    240_000,
  );

  test.each(mutants)('notices that $what', async ({ breaks, subject }) => {
    let noticed: string | undefined;
    for (const kind of kinds) {
      if (noticed?.startsWith(breaks)) break;
      const { failure } = await search(kind, { runs: 200, seed: 2, subject, shrink: false });
      noticed = failure?.error.message;
    }
    expect(noticed).toContain(`${breaks}: `);
  });

  test('has a broken copy for every promise', () => {
    expect(invariants.filter((one) => !mutants.some(({ breaks }) => breaks === one))).toEqual([]);
  });

  test('tells the same story for the same seed', async () => {
    const subject = mutants[0]?.subject;
    if (subject === undefined) throw new Error('no mutant');
    const first = await search('sentinel', { runs: 50, seed: 3, subject });
    const again = await search('sentinel', { runs: 50, seed: 3, subject, path: first.failure?.path });
    expect(first.failure?.story.length).toBeGreaterThan(0);
    expect(again.failure?.story).toEqual(first.failure?.story);
  });
});
