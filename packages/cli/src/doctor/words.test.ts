import { describe, expect, it } from 'vitest';
import { bytes, count, duration, list, sentence } from './words.ts';

describe('words', () => {
  it.each([
    [duration(499), '499 ms'],
    [duration(1500), '1.5 s'],
    [duration(60_000), '60 s'],
    [duration(360_000), '6 min'],
    [bytes(1023), '1023 bytes'],
    [bytes(1536), '1.5 KB'],
    [bytes(12 * 1024 * 1024), '12 MB'],
    [count(1, 'sentinel'), '1 sentinel'],
    [count(0, 'sentinel'), '0 sentinels'],
    [list([]), ''],
    [list(['a']), 'a'],
    [list(['a', 'b']), 'a and b'],
    [list(['a', 'b', 'c']), 'a, b and c'],
    [sentence('node a is gone'), 'Node a is gone.'],
    [sentence('Gone.'), 'Gone.'],
  ])('%j', (said, expected) => {
    expect(said).toBe(expected);
  });
});
