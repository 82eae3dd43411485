import { isDeepStrictEqual } from 'node:util';
import {
  createResolver,
  createSentinelSet,
  isSentinelSet,
  SwitchmasterError,
  type Resolver,
  type ResolverOptions,
  type SentinelSet,
  type SentinelSetOptions,
} from '@switchmaster/core';

interface Shared {
  readonly options: SentinelSetOptions;
  readonly set: SentinelSet;
  users: number;
}

/** A resolver, and what closes it and whatever was opened for it. */
export interface Lease {
  readonly resolver: Resolver;
  close(): Promise<void>;
}

/** Connections of an application that talk to the same sentinels in the same way share the sockets to them. */
export class SentinelSets {
  readonly #shared: Shared[] = [];

  lease(options: ResolverOptions): Lease {
    if (isSentinelSet(options.sentinels)) {
      const resolver = createResolver(options);
      return { resolver, close: () => resolver.close() };
    }
    const shared = this.#acquire(setOptions(options, options.sentinels));
    try {
      const resolver = createResolver({ ...resolverOptions(options), sentinels: shared.set });
      return { resolver, close: () => resolver.close().then(() => this.#release(shared)) };
    } catch (error) {
      // It has just begun to dial, and its end is not worth waiting for.
      void this.#release(shared).catch(() => {});
      throw error;
    }
  }

  #acquire(options: SentinelSetOptions): Shared {
    const found = this.#shared.find((one) => isDeepStrictEqual(one.options, options));
    const shared = found ?? { options, set: createSentinelSet(options), users: 0 };
    if (!found) this.#shared.push(shared);
    shared.users += 1;
    return shared;
  }

  async #release(shared: Shared): Promise<void> {
    shared.users -= 1;
    if (shared.users > 0) return;
    this.#shared.splice(this.#shared.indexOf(shared), 1);
    await shared.set.close();
  }
}

function setOptions(
  options: ResolverOptions,
  sentinels: SentinelSetOptions['sentinels'],
): SentinelSetOptions {
  const {
    sentinel,
    mapAddress,
    connectTimeoutMs,
    commandTimeoutMs,
    pingIntervalMs,
    refreshIntervalMs,
    backoff,
  } = options;
  return {
    sentinels,
    sentinel,
    mapAddress,
    connectTimeoutMs,
    commandTimeoutMs,
    pingIntervalMs,
    refreshIntervalMs,
    backoff,
  };
}

/** Without those that are about sentinels alone, and with the name that may be in the URL. */
function resolverOptions(options: ResolverOptions): ResolverOptions {
  const { sentinel: _, pingIntervalMs: _1, refreshIntervalMs: _2, backoff: _3, ...rest } = options;
  const inUrl = typeof options.sentinels === 'string' ? nameInUrl(options.sentinels) : undefined;
  if (inUrl !== undefined && options.name !== undefined && inUrl !== options.name) {
    const message = `\`name\`: expected the same as in the URL in \`sentinels\`, '${inUrl}', got '${options.name}'`;
    throw new SwitchmasterError('INVALID_OPTION', message);
  }
  return { ...rest, name: options.name ?? inUrl };
}

function nameInUrl(url: string): string | undefined {
  const name = /^[^:]+:\/\/(?:.*@)?[^/?#@]+\/([^/?#]+)$/.exec(url)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}
