import { longestMs } from './clock.ts';
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

export function oneOf<T extends string>(value: unknown, option: string, choices: readonly [T, ...T[]]): T {
  const found = value === undefined ? choices[0] : choices.find((choice) => choice === value);
  if (found === undefined) throw invalid(option, choices.map(show).join(' or '), show(value));
  return found;
}

export function duration(value: unknown, option: string, standard: number): number {
  if (value === undefined) return standard;
  if (typeof value === 'number' && value > 0 && value <= longestMs) return value;
  throw invalid(option, 'a duration in milliseconds greater than 0', show(value));
}

export function knownKeys(options: unknown, what: string, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new SwitchmasterError('INVALID_OPTION', `${what} expects an object, got ${kindOf(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const message = `unknown option \`${unknown}\` in ${what}; known are ${known.join(', ')}`;
    throw new SwitchmasterError('INVALID_OPTION', message);
  }
}
