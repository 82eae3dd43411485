import type { Resolver, ResolverOptions } from '@switchmaster/core';
import type { BenchClient, Deployment } from './client.ts';

interface Shared {
  readonly resolver: Resolver;
  users: number;
}

const resolvers = new WeakMap<Deployment, Map<string, Shared>>();

/**
 * One resolver for all clients of a process that are given the same deployment and options, as an application has it.
 * The last client that is closed closes it.
 */
export async function withResolver(
  deployment: Deployment,
  options: Partial<ResolverOptions>,
  connect: (resolver: Resolver) => Promise<BenchClient>,
): Promise<BenchClient> {
  const shared = await lease(deployment, options);
  const giveBack = (): void => {
    shared.users--;
    if (shared.users > 0) return;
    resolvers.get(deployment)?.delete(keyOf(options));
    void shared.resolver.close();
  };
  const client = await connect(shared.resolver).catch((error: unknown) => {
    giveBack();
    throw error;
  });
  return {
    ...client,
    close: () => {
      client.close();
      giveBack();
    },
  };
}

async function lease(deployment: Deployment, options: Partial<ResolverOptions>): Promise<Shared> {
  const { createResolver } = await import('@switchmaster/core');
  const { name, sentinels } = deployment;
  const ofDeployment = resolvers.get(deployment) ?? new Map<string, Shared>();
  resolvers.set(deployment, ofDeployment);
  const shared = ofDeployment.get(keyOf(options)) ?? {
    resolver: createResolver({ name, sentinels, ...options }),
    users: 0,
  };
  ofDeployment.set(keyOf(options), shared);
  shared.users++;
  return shared;
}

function keyOf(options: Partial<ResolverOptions>): string {
  return JSON.stringify(options);
}
