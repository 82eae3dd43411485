import { expect, it } from 'vitest';
import { wrap } from './wrap.ts';

it.each<[string, number, string[]]>([
  ['', 5, ['']],
  ['one two', 7, ['one two']],
  ['one two', 6, ['one', 'two']],
  ['one two three', 8, ['one two', 'three']],
  ['enormous a', 3, ['enormous', 'a']],
])('%j in %d columns', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});
