import { describe, expect, it } from 'vitest';
import { Memory } from './memory.ts';

const settings = { maxEntries: 2, ttlMs: 100, staleIfErrorMs: 1000 };

describe('Memory', () => {
  it('is fresh for a while, and stale for another', () => {
    const memory = new Memory(settings);
    memory.written('a', '1', 0);
    expect([memory.fresh('a', 99), memory.fresh('a', 100)]).toEqual(['1', undefined]);
    expect([memory.stale('a', 1099), memory.stale('a', 1100)]).toEqual(['1', undefined]);
  });

  it('keeps what was read', () => {
    const memory = new Memory(settings);
    memory.endFill(memory.beginFill('a'), '1', 0);
    expect(memory.fresh('a', 0)).toBe('1');
  });

  it('forgets what Redis has no more, and keeps what it could not be asked for', () => {
    const memory = new Memory(settings);
    memory.written('a', '1', 0);
    memory.dropFill(memory.beginFill('a'));
    expect(memory.stale('a', 0)).toBe('1');
    memory.endFill(memory.beginFill('a'), undefined, 0);
    expect(memory.stale('a', 0)).toBe(undefined);
  });

  it.each<[string, (memory: Memory) => void, string | undefined]>([
    ['deleted', (memory) => memory.deleted('a'), undefined],
    ['written', (memory) => memory.written('a', 'new', 0), 'new'],
    ['cleared', (memory) => memory.clear(), undefined],
  ])('does not keep what was read before it was %s', (_, happens, expected) => {
    const memory = new Memory(settings);
    const fill = memory.beginFill('a');
    happens(memory);
    memory.endFill(fill, 'old', 0);
    expect(memory.fresh('a', 0)).toBe(expected);
  });

  it('lets the least recently used go', () => {
    const memory = new Memory(settings);
    memory.written('a', '1', 0);
    memory.written('b', '2', 0);
    memory.fresh('a', 0);
    memory.written('c', '3', 0);
    expect(['a', 'b', 'c'].map((key) => memory.fresh(key, 0))).toEqual(['1', undefined, '3']);
  });
});
