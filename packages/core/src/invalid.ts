import { SwitchmasterError } from './errors.ts';

/** Bad input, told at once: the option, what was expected, what came. */
export function invalid(option: string, expected: string, got: string): SwitchmasterError {
  return new SwitchmasterError('INVALID_OPTION', `\`${option}\`: expected ${expected}, got ${got}`);
}

/** A value as messages show it; of a text that may be a secret, show the type. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
