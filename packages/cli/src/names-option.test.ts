import { expect, it } from 'vitest';
import { continueNames } from './names-option.ts';

const known = ['quorum', 'tilt'].map((name) => ({ name, summary: '' }));

it.each<[string, string[]]>([
  ['', ['quorum', 'tilt']],
  ['q', ['quorum', 'tilt']],
  ['tilt,', ['tilt,quorum']],
  ['tilt,q', ['tilt,quorum']],
  ['tilt,quorum,', []],
])('after %j a shell offers %j', (word, offered) => {
  expect(continueNames(word, known).map(({ name }) => name)).toEqual(offered);
});
