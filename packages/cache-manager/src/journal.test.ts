import { describe, expect, it } from 'vitest';
import { Journal } from './journal.ts';

const settings = { maxKeys: 3, windowMs: 1000 };

function replay(journal: Journal, now = 0): string[] {
  const keys = journal.take(100);
  journal.settle(keys, 'done', now);
  return keys.toSorted();
}

describe('Journal', () => {
  it('fences what could not be deleted until it is', () => {
    const journal = new Journal(settings);
    journal.deleteFailed('n::a', 'n::');
    expect([journal.fences('n::a'), journal.fences('n::b'), journal.size]).toEqual([true, false, 1]);
    const keys = journal.take(10);
    expect([keys, journal.fences('n::a'), journal.hasKeys]).toEqual([['n::a'], true, false]);
    journal.settle(keys, 'done', 0);
    expect([journal.fences('n::a'), journal.size]).toEqual([false, 0]);
  });

  it('takes back what could not be replayed', () => {
    const journal = new Journal(settings);
    journal.deleteFailed('n::a', 'n::');
    journal.settle(journal.take(10), 'failed', 0);
    expect([journal.fences('n::a'), journal.hasKeys]).toEqual([true, true]);
  });

  it('gives up what the server refuses to delete', () => {
    const journal = new Journal(settings);
    journal.deleteFailed('n::a', 'n::');
    journal.giveUp(journal.take(10));
    expect(journal.size).toBe(0);
  });

  it('believes a key again that was written since', () => {
    const journal = new Journal(settings);
    journal.deleteFailed('n::a', 'n::');
    journal.writeFailed('n::b');
    journal.written('n::a', journal.mark);
    journal.written('n::b', journal.mark);
    expect(journal.size).toBe(0);
  });

  it('is not appeased by what was begun before the failure', () => {
    const journal = new Journal(settings);
    const { mark } = journal;
    journal.deleteFailed('n::a', 'n::');
    journal.clearFailed('m::');
    journal.written('n::a', mark);
    journal.cleared('m::', 0, mark);
    expect([journal.fences('n::a'), journal.fences('m::a')]).toEqual([true, true]);
  });

  it('repeats the deletes of the last while, also those of keys that were written since', () => {
    const journal = new Journal(settings);
    journal.deleted(['n::old'], 0);
    journal.deleted(['n::a'], 1500);
    journal.written('n::a', journal.mark);
    journal.recall(1500);
    expect(replay(journal)).toEqual(['n::a']);
  });

  it.each([
    [1000, ['n::a']],
    [1001, []],
  ])('counts the while until the master last answered, here at %s', (lastAnswerAt, expected) => {
    const journal = new Journal(settings);
    journal.deleted(['n::a'], 0);
    journal.cleared('m::', 0, 0);
    journal.recall(lastAnswerAt);
    expect(journal.clears().length).toBe(expected.length);
    expect(replay(journal)).toEqual(expected);
  });

  it('repeats them at the next failover too', () => {
    const journal = new Journal(settings);
    journal.deleteFailed('n::a', 'n::');
    replay(journal, 10);
    journal.recall(10);
    expect(replay(journal)).toEqual(['n::a']);
  });

  it('repeats a clear, and fences its namespace meanwhile', () => {
    const journal = new Journal(settings);
    journal.cleared('n::', 0, 0);
    journal.recall(0);
    expect([journal.clears(), journal.fences('n::a'), journal.fences('nn::a')]).toEqual([
      ['n::'],
      true,
      false,
    ]);
    journal.cleared('n::', 1, journal.mark);
    expect(journal.fences('n::a')).toBe(false);
  });

  it('makes of too many deletes a clear of their namespace', () => {
    const journal = new Journal(settings);
    for (const key of ['a', 'b', 'c', 'd']) journal.deleteFailed(`n::${key}`, 'n::');
    expect([journal.clears(), journal.hasKeys, journal.fences('n::z')]).toEqual([['n::'], false, true]);
  });

  it('forgets the oldest of too many writes', () => {
    const journal = new Journal(settings);
    for (const key of ['a', 'b', 'c', 'd']) journal.writeFailed(`n::${key}`);
    expect([journal.fences('n::a'), journal.fences('n::d'), journal.size]).toEqual([false, true, 3]);
  });

  it('remembers no more deletes that succeeded than keys', () => {
    const journal = new Journal(settings);
    journal.deleted(['n::a', 'n::b', 'n::c', 'n::d', 'n::e'], 0);
    journal.recall(0);
    expect(replay(journal)).toEqual(['n::c', 'n::d', 'n::e']);
  });

  it('takes portions, deletes first', () => {
    const journal = new Journal(settings);
    journal.writeFailed('n::w');
    journal.deleteFailed('n::a', 'n::');
    journal.deleteFailed('n::b', 'n::');
    expect([journal.take(2), journal.take(2), journal.take(2)]).toEqual([['n::a', 'n::b'], ['n::w'], []]);
  });
});
