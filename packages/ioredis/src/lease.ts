import { createResolver, isResolver, type Resolver, type ResolverOptions } from '@switchmaster/core';

/** A resolver and its users. One that was made here is closed with the last, and made anew for the next. */
export class Lease {
  readonly #options: ResolverOptions | undefined;
  readonly #users = new Set<object>();
  #resolver: Resolver;

  constructor(source: Resolver | ResolverOptions) {
    this.#options = isResolver(source) ? undefined : source;
    this.#resolver = isResolver(source) ? source : createResolver(source);
  }

  get resolver(): Resolver {
    return this.#resolver;
  }

  acquire(user: object): void {
    const isGone = this.#resolver.topology.phase === 'closed';
    if (this.#options && isGone) this.#resolver = createResolver(this.#options);
    this.#users.add(user);
  }

  release(user: object): void {
    this.#users.delete(user);
    this.closeUnused();
  }

  closeUnused(): void {
    // An error would have nobody to go to: the last client is gone.
    if (this.#options && this.#users.size === 0) this.#resolver.close().catch(() => {});
  }
}
