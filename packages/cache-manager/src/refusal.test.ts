import { SwitchmasterError } from '@switchmaster/core';
import { expect, it } from 'vitest';
import { asStoreError, isRefusal } from './refusal.ts';

it.each([
  ['WRONGTYPE Operation against a key holding the wrong kind of value', true],
  ['NOPERM this user has no permissions', true],
  ['OOM command not allowed', true],
  ['ERR value is not an integer or out of range', true],
  ["READONLY You can't write against a read only replica.", false],
  ['LOADING Redis is loading the dataset in memory', false],
  ['MISCONF Redis is configured to save RDB snapshots', false],
  ['Connection is closed.', false],
  ['connect ECONNREFUSED 127.0.0.1:6379', false],
  ['Socket closed unexpectedly', false],
])('%s: %s', (message, expected) => {
  expect(isRefusal(new Error(message))).toBe(expected);
});

it('takes no error of ours for one of the server', () => {
  expect(isRefusal(new SwitchmasterError('TIMED_OUT', 'GET is late'))).toBe(false);
  expect(isRefusal('ERR')).toBe(false);
});

it.each([
  ['NOPERM no permissions', 'AUTH_REFUSED'],
  ['WRONGTYPE Operation against', 'PROTOCOL_ERROR'],
  ['READONLY You cannot write', 'MASTER_UNREACHABLE'],
  ['Connection is closed.', 'MASTER_UNREACHABLE'],
])('%s is told as %s', (message, code) => {
  const cause = new Error(message);
  expect(asStoreError(cause, 'GET')).toMatchObject({ code, message: `GET failed: ${message}`, cause });
});

it('tells an error of ours as it is', () => {
  const error = new SwitchmasterError('TIMED_OUT', 'late');
  expect(asStoreError(error, 'GET')).toBe(error);
});
