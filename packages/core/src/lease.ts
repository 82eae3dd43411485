import { after } from './clock.ts';
import type { ResolverOptions } from './options.ts';
import { createResolver, isResolver, type Resolver } from './resolver.ts';

/** How long a lease keeps a resolver of its own that nobody uses. */
export interface LeaseOptions {
  /** In milliseconds. Longer than 0 where a user that is about to come back is not known to. Default 0. */
  readonly graceMs?: number | undefined;
}

/**
 * A resolver and its users, for adapters that take a resolver or the options of one. One that was made from options
 * is closed when the last user has gone, and made anew for the next; one that was handed in is left as it is.
 *
 * @example
 * const lease = new ResolverLease(resolverOrOptions);
 * const resolver = lease.acquire(connection);
 * connection.once('close', () => lease.release(connection));
 */
export class ResolverLease {
  readonly #options: ResolverOptions | undefined;
  readonly #graceMs: number;
  /** Of a resolver that was handed in nobody keeps account: there may be many leases of it. */
  readonly #users: Set<object> | undefined;
  #resolver: Resolver;
  #cancelClose: (() => void) | undefined;

  /** @throws SwitchmasterError `INVALID_OPTION`, at once. */
  constructor(source: Resolver | ResolverOptions, { graceMs = 0 }: LeaseOptions = {}) {
    this.#options = isResolver(source) ? undefined : source;
    this.#users = this.#options && new Set();
    this.#graceMs = graceMs;
    this.#resolver = isResolver(source) ? source : createResolver(source);
  }

  /** The one that is in use, or was. */
  get resolver(): Resolver {
    return this.#resolver;
  }

  /** The same user may come twice; it is one user. */
  acquire(user: object): Resolver {
    this.#cancelClose?.();
    this.#users?.add(user);
    if (this.#options && this.#resolver.topology.phase === 'closed') {
      this.#resolver = createResolver(this.#options);
    }
    return this.#resolver;
  }

  /** It may never have acquired anything: then a resolver without any user is closed. */
  release(user: object): void {
    this.#users?.delete(user);
    if (!this.#users || this.#users.size > 0) return;
    // An error would have nobody to go to: the last user is gone.
    const close = (): void => void this.#resolver.close().catch(() => {});
    this.#cancelClose?.();
    if (this.#graceMs === 0) close();
    else this.#cancelClose = after(this.#graceMs, close);
  }
}
