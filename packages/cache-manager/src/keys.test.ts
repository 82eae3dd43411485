import { describe, expect, it } from 'vitest';
import { checkNamespace, patternOf, prefixOf } from './keys.ts';

describe('keys', () => {
  it('have the layout of @keyv/redis', () => {
    expect(prefixOf('app')).toBe('app::');
  });

  it.each([
    ['app::', 'app::*'],
    ['a*b?::', String.raw`a\*b\?::*`],
    ['[x]^-\\::', String.raw`\[x\]\^\-\\::*`],
  ])('%s is matched by %s alone', (prefix, pattern) => {
    expect(patternOf(prefix)).toBe(pattern);
  });

  it.each(['app', 'app:v1', 'a*', 'ä'])('%s is a namespace', (namespace) => {
    expect(checkNamespace(namespace)).toBe(namespace);
  });

  it.each(['', 'a::b', 'a:', null, 1])('%s is none', (namespace) => {
    expect(() => checkNamespace(namespace)).toThrow(/`namespace` expects/);
  });
});
