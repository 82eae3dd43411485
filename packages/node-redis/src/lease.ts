import { createResolver, isResolver, type Resolver, type ResolverOptions } from '@switchmaster/core';

/** Long enough for a client that is about to try again. One that tries later makes a resolver of its own. */
const GRACE_MS = 1000;

/** A resolver, and how many connections need it. One that was made here is closed when none has for a while. */
export class Lease {
  readonly #options: ResolverOptions | undefined;
  #resolver: Resolver;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Resolver | ResolverOptions) {
    this.#options = isResolver(source) ? undefined : source;
    this.#resolver = isResolver(source) ? source : createResolver(source);
  }

  get resolver(): Resolver {
    return this.#resolver;
  }

  acquire(): Resolver {
    clearTimeout(this.#timer);
    this.#users++;
    if (this.#options && this.#resolver.topology.phase === 'closed')
      this.#resolver = createResolver(this.#options);
    return this.#resolver;
  }

  release(): void {
    if (--this.#users > 0 || !this.#options) return;
    // An error has nobody to go to: the last client is gone.
    this.#timer = setTimeout(() => void this.#resolver.close().catch(() => {}), GRACE_MS).unref();
  }
}
