import { SwitchmasterError } from './errors.ts';

/** Bad input, told at once: the option, what was expected, what came. */
export function invalid(option: string, expected: string, got: string): SwitchmasterError {
  return new SwitchmasterError('INVALID_OPTION', `\`${option}\`: expected ${expected}, got ${got}`);
}

/** A value as messages show it; see {@link kindOf} for one that may be a secret. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return `${value}`;
  return kindOf(value);
}

/** What kind of value it is: all that a message may say of a secret. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
