import {
  createResolver,
  type Follower,
  type NodeAddress,
  type Resolver,
  type ResolverOptions,
} from '@switchmaster/core';
import { startCluster, type Cluster, type ClusterOptions } from '@switchmaster/testing';
import type { Redis } from 'ioredis';
import { afterEach } from 'vitest';

const afterwards: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of afterwards.splice(0).toReversed()) await end();
});

/** A small cluster for one test. */
export async function cluster(options: ClusterOptions = {}): Promise<Cluster> {
  const started = await startCluster(options);
  afterwards.push(() => started.stop());
  return started;
}

export function resolverOf({ name, sentinels }: Cluster, options: Partial<ResolverOptions> = {}): Resolver {
  const resolver = createResolver({ name, sentinels, ...options });
  afterwards.push(() => resolver.close());
  return resolver;
}

/** Sees to it that a client is ended after the test, and that its errors are kept. */
export function tend<Client extends Redis>(client: Client): Client & { readonly errors: Error[] } {
  const errors: Error[] = [];
  client.on('error', (error: Error) => errors.push(error));
  afterwards.push(() => client.disconnect());
  return Object.assign(client, { errors });
}

/** A resolver whose followers do what the test says, when it says so. */
export interface Steered {
  readonly resolver: Resolver;
  readonly suspicions: readonly NodeAddress[];
  readonly followers: number;
  hold(): void;
  release(): void;
  move(to: NodeAddress): void;
}

export function steer(real: Resolver): Steered {
  const followers = new Set<Follower>();
  const suspicions: NodeAddress[] = [];
  let gate: Promise<void> = Promise.resolve();
  let open = (): void => {};
  const overrides: Partial<Resolver> = {
    follow: (follower) => {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    connect: async (options) => {
      await gate;
      return real.connect(options);
    },
    suspect: (address, error) => {
      suspicions.push(address);
      real.suspect(address, error);
    },
  };
  const resolver = new Proxy(real, {
    get: (target, key) => {
      const value: unknown = Reflect.get({ ...overrides }, key) ?? Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const tell = (what: (follower: Follower) => void): void => [...followers].forEach(what);
  return {
    resolver,
    suspicions,
    get followers() {
      return followers.size;
    },
    hold: () => {
      gate = new Promise((resolve) => {
        open = resolve;
      });
      tell((follower) => follower.hold('failover'));
    },
    release: () => {
      open();
      tell((follower) => follower.release('aborted'));
    },
    move: (to) => {
      open();
      tell((follower) => follower.move(to, 'promotion'));
    },
  };
}
