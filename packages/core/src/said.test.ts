import { describe, expect, it } from 'vitest';
import { asDecoded, asSaid } from './said.ts';

const credentials = { username: 'app-user', password: 'hunter2-secret' };

describe('what a peer said', () => {
  it.each<[string, string]>([
    ['ERR no such thing', 'ERR no such thing'],
    ['ERR hunter2-secret? hunter2-secret!', 'ERR ***? ***!'],
    ['ERR app-user may not', 'ERR *** may not'],
    ['ERR \u001b[2Jgone\r', 'ERR ?[2Jgone?'],
    [`ERR ${'x'.repeat(500)}`, `ERR ${'x'.repeat(196)}...`],
  ])('%j is told as %j', (text, told) => expect(asSaid(text, credentials)).toBe(told));

  it.each([{}, { password: '' }, { username: undefined, password: undefined }])(
    'is told as it is where there is nothing to hide (%o)',
    (none) => expect(asSaid('ERR no', none)).toBe('ERR no'),
  );
});

describe('what the decoder said', () => {
  it.each<[string, string]>([
    [
      'no RESP type starts like this: "HTTP/1.1 400 Ba"...',
      'no RESP type starts like this: "HTTP/1.1 400 Ba"...',
    ],
    ['no RESP type starts like this: "hunter2-secret\\r"...', 'no RESP type starts like this'],
    ['no RESP type starts like this: "xxxxxxxxxxxxhunt"...', 'no RESP type starts like this'],
    ['a reply came that nobody asked for', 'a reply came that nobody asked for'],
  ])('%s is told as %s', (text, told) => expect(asDecoded(text, credentials)).toBe(told));

  it('is told as it is where a password is short and does not come', () => {
    expect(asDecoded('not a length: "x"', { password: 'abc' })).toBe('not a length: "x"');
    expect(asDecoded('not a length: "abc"', { password: 'abc' })).toBe('not a length');
  });
});
