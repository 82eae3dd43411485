import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { asSwitchmasterError, isSwitchmasterError, SwitchmasterError } from './errors.ts';

describe('SwitchmasterError', () => {
  it('has a code, a message and a cause', () => {
    const cause = new Error('refused');
    const error = new SwitchmasterError('MASTER_UNREACHABLE', 'r1:6379 cannot be reached', { cause });
    expect(error).toMatchObject({
      name: 'SwitchmasterError',
      code: 'MASTER_UNREACHABLE',
      message: 'r1:6379 cannot be reached',
      cause,
    });
    expect(error).toBeInstanceOf(Error);
  });

  it('has no cause where none is given', () => {
    expect('cause' in new SwitchmasterError('CLOSED', 'closed')).toBe(false);
  });

  it('keeps its brand out of sight', () => {
    const error = new SwitchmasterError('CLOSED', 'closed');
    expect(Object.keys(error).sort()).toEqual(['code', 'name']);
    expect(inspect(error)).not.toContain('switchmaster.error');
  });
});

describe('isSwitchmasterError', () => {
  /** What another copy of this package throws: the same brand, another class. */
  const foreign = Object.assign(new Error('closed'), {
    code: 'CLOSED',
    [Symbol.for('switchmaster.error')]: true,
  });

  it.each<[string, unknown, boolean]>([
    ['an error of this copy', new SwitchmasterError('CLOSED', 'closed'), true],
    ['an error of another copy', foreign, true],
    ['another error', new Error('closed'), false],
    ['an error with a code only', Object.assign(new Error('closed'), { code: 'CLOSED' }), false],
    ['a text', 'CLOSED', false],
    ['null', null, false],
    ['undefined', undefined, false],
  ])('%s', (_, value, expected) => {
    expect(isSwitchmasterError(value)).toBe(expected);
  });
});

describe('asSwitchmasterError', () => {
  it('leaves one as it is', () => {
    const error = new SwitchmasterError('CLOSED', 'closed');
    expect(asSwitchmasterError(error, 'TIMED_OUT')).toBe(error);
  });

  it.each([
    ['an error', new Error('boom'), 'boom'],
    ['whatever else was thrown', 'boom', 'boom'],
    ['nothing', undefined, 'undefined'],
  ])('wraps %s', (_, cause, message) => {
    expect(asSwitchmasterError(cause, 'PROTOCOL_ERROR')).toMatchObject({
      code: 'PROTOCOL_ERROR',
      message,
      cause,
    });
  });
});
