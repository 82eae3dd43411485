import type { SwitchmasterError } from '@switchmaster/core';
import type { Breaker } from './breaker.ts';

/** Everything a store tells its listeners. */
export interface StoreEvents {
  /** An operation failed that should not have. While the breaker is open, nothing is said. */
  error: SwitchmasterError;
  /** The breaker opened, began to recover, or closed. */
  state: Breaker['state'];
}

type Listeners = { [Name in keyof StoreEvents]: Set<(event: StoreEvents[Name]) => void> };

/** An event that nobody listens to is dropped, and a listener that throws disturbs nobody. */
export class StoreEmitter {
  readonly #listeners: Listeners = { error: new Set(), state: new Set() };

  on<Name extends keyof StoreEvents>(name: Name, listener: (event: StoreEvents[Name]) => void): void {
    // Keyv may ask for events of its own, which never come.
    this.#listeners[name]?.add(listener);
  }

  off<Name extends keyof StoreEvents>(name: Name, listener: (event: StoreEvents[Name]) => void): void {
    this.#listeners[name]?.delete(listener);
  }

  emit<Name extends keyof StoreEvents>(name: Name, event: StoreEvents[Name]): void {
    for (const listener of [...this.#listeners[name]]) {
      try {
        listener(event);
      } catch {
        // Keyv 6 throws an error that nobody listens to back at us.
      }
    }
  }
}
