import type { CheckedSetOptions } from './options.ts';
import { isSameSet } from './same-options.ts';
import { Sentinels } from './sentinel-set.ts';

/** The use of a set that nobody has made: resolvers were given addresses. */
export interface SharedSentinels {
  readonly sentinels: Sentinels;
  /** The last user closes it. */
  release(): Promise<void>;
}

interface Shared {
  readonly options: CheckedSetOptions;
  readonly sentinels: Sentinels;
  users: number;
}

const inUse = new Set<Shared>();

/** One connection per sentinel and process: resolvers that were given the same addresses and settings share them. */
export function shareSentinels(options: CheckedSetOptions): SharedSentinels {
  const known = [...inUse].find((one) => isSameSet(one.options, options));
  const shared: Shared = known ?? { options, sentinels: new Sentinels(options), users: 0 };
  inUse.add(shared);
  shared.users += 1;
  return {
    sentinels: shared.sentinels,
    release: async () => {
      shared.users -= 1;
      if (shared.users > 0) return;
      inUse.delete(shared);
      await shared.sentinels.close();
    },
  };
}
