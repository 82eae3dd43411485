import { SwitchmasterError } from '@switchmaster/core';
import { Keyv } from 'keyv';

const cure =
  'Keyv 6 does not pass on what cache-manager asks of a store: over it wrap() never hits and ttl() is always undefined. ' +
  'Run `npm install keyv@^5.6.0`, and see with `npm ls keyv` that no other is used';

/**
 * @throws SwitchmasterError `INVALID_OPTION` if the keyv that this package finds is not a Keyv 5, the only one that
 * cache-manager 6 and 7 work with.
 */
export function expectKeyv5(Constructor: new () => object = Keyv): void {
  if ('opts' in new Constructor()) return;
  throw new SwitchmasterError(
    'INVALID_OPTION',
    `createStore() found a \`keyv\` that is not version 5. ${cure}.`,
  );
}

let warned = false;

/** Says once that a SwitchmasterStore was given to a Keyv 6. */
export function warnOfKeyv6(): void {
  if (warned) return;
  warned = true;
  const message = `A SwitchmasterStore is used by a Keyv 6. ${cure}, or give createStore() in place of the bare store.`;
  process.emitWarning(message, { type: 'SwitchmasterWarning', code: 'SWITCHMASTER_KEYV_6' });
}
