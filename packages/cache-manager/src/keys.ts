import { SwitchmasterError } from '@switchmaster/core';

const separator = '::';

/** What all keys of a namespace begin with: the layout of `@keyv/redis`, so that a warm cache survives the change. */
export function prefixOf(namespace: string): string {
  return `${namespace}${separator}`;
}

/**
 * @throws SwitchmasterError `INVALID_OPTION`. With the separator in it, the keys of one namespace would be among those
 * of another, and `clear()` would not know them apart.
 */
export function checkNamespace(namespace: unknown): string {
  const isOne = typeof namespace === 'string' && namespace !== '' && !namespace.includes(separator);
  if (isOne && !namespace.endsWith(':')) return namespace;
  const got = typeof namespace === 'string' ? `'${namespace}'` : typeof namespace;
  throw new SwitchmasterError(
    'INVALID_OPTION',
    `\`namespace\` expects a text that is not empty, has no '::' in it and does not end in ':', got ${got}`,
  );
}

/** A pattern of `SCAN` for what begins with `prefix`, and for nothing else. */
export function patternOf(prefix: string): string {
  return `${prefix.replaceAll(/[\\*?[\]^-]/g, String.raw`\$&`)}*`;
}
