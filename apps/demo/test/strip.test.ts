import { expect, test } from 'vitest';
import { type Cell, type Fate, strip } from '../src/strip.ts';

const signs: Readonly<Record<Cell, string>> = { kept: '=', stale: '?', lost: 'x', silent: '.', ahead: ' ' };
const window = { from: -10, to: 40 };

/** Five columns of 10 ms each. */
function draw(marks: readonly (readonly [number, Fate])[], now?: number): string {
  const cells = strip(
    marks.map(([at, fate]) => ({ at, fate })),
    window,
    5,
    now,
  );
  return cells.map((cell) => signs[cell]).join('');
}

test.each<[string, readonly (readonly [number, Fate])[], number | undefined, string]>([
  ['nothing at all', [], undefined, '.....'],
  [
    'a reply in each stretch',
    [
      [-10, 'kept'],
      [0, 'kept'],
      [19, 'kept'],
      [20, 'kept'],
      [39, 'kept'],
    ],
    undefined,
    '=====',
  ],
  [
    'a silence',
    [
      [-5, 'kept'],
      [35, 'kept'],
    ],
    undefined,
    '=...=',
  ],
  [
    'one lost write shows among kept ones',
    [
      [1, 'kept'],
      [2, 'lost'],
      [3, 'kept'],
    ],
    undefined,
    '.x...',
  ],
  [
    'a stale reply may still be lost',
    [
      [1, 'stale'],
      [11, 'stale'],
      [12, 'lost'],
    ],
    undefined,
    '.?x..',
  ],
  [
    'what is outside is left out',
    [
      [-11, 'kept'],
      [40, 'kept'],
      [400, 'lost'],
    ],
    undefined,
    '.....',
  ],
  [
    'time that has not come',
    [
      [-5, 'kept'],
      [21, 'kept'],
    ],
    22,
    '=..= ',
  ],
  ['a stretch is silent when it is over, not before', [[-5, 'kept']], 15, '=.   '],
])('%s', (_, marks, now, expected) => {
  expect(draw(marks, now)).toBe(expected);
});
