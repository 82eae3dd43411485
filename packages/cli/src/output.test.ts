import { describe, expect, it } from 'vitest';
import { aContext } from '../test/program.ts';
import { createOutput, hasColors } from './output.ts';

describe('colours', () => {
  it.each<[boolean, Record<string, string>, boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { TERM: 'dumb' }, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('on a terminal: %j, with %j: %j', (isTTY, env, expected) => {
    expect(hasColors({ isTTY, write: () => {} }, env)).toBe(expected);
  });
});

describe('one form at a time', () => {
  it.each([
    [false, 'text\n'],
    [true, '{"a":1}\n'],
  ])('--json: %j', (json, expected) => {
    const { context, written } = aContext();
    const output = createOutput(context, { json });
    output.text('text');
    output.json({ a: 1 });
    output.note('note');
    expect(written).toEqual({ stdout: expected, stderr: 'note\n' });
  });
});
