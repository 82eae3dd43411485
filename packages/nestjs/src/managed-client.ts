import type { Resolver } from '@switchmaster/core';
import type { ClientRecipe } from './client-recipe.ts';
import { within } from './deadline.ts';

/** How long a destroyed client has until it is given up. It takes milliseconds. */
const destroyedMs = 1000;

/** A client, from its making to its end. */
export class ManagedClient {
  readonly instance: object;
  readonly connected: Promise<void>;
  readonly #recipe: ClientRecipe;

  constructor(recipe: ClientRecipe, resolver: Resolver, onError: (error: unknown) => void) {
    this.#recipe = recipe;
    this.instance = recipe.create(resolver);
    recipe.onError(this.instance, onError);
    this.connected = recipe.connect(this.instance);
    // Whoever waits for it hears of it; if nobody does, the client has told its listeners.
    this.connected.catch(() => {});
  }

  /** Bounded, and complete: nothing is left of the client, whatever state it is in. */
  async close(timeoutMs: number): Promise<void> {
    try {
      const late = (): Error => new Error(`the client was not closed after ${timeoutMs} ms`);
      await within(this.#recipe.close(this.instance), timeoutMs, late);
    } catch {
      await this.#destroy();
    }
  }

  async #destroy(): Promise<void> {
    try {
      const late = (): Error => new Error(`the client was not destroyed after ${destroyedMs} ms`);
      await within(Promise.resolve(this.#recipe.destroy(this.instance)), destroyedMs, late);
    } catch {
      // It has ended already, or nothing more can be done.
    }
  }
}
