// The program of a process full of resolvers.

import { createResolver, createSentinelSet, type Resolver } from '@switchmaster/core';
import { clockMs } from '../clock.ts';
import type { ResolverJobs } from './resolver-jobs.ts';
import { serve } from './serve.ts';

let resolvers: readonly Resolver[] = [];

function moveOf(resolver: Resolver): Promise<number> {
  return new Promise((resolve) => {
    const undo = resolver.on('switch', () => {
      undo();
      resolve(clockMs());
    });
  });
}

const jobs: ResolverJobs = {
  start: async ({ deployment: { name, sentinels }, count, share }) => {
    const source = share ? createSentinelSet({ sentinels }) : sentinels;
    resolvers = Array.from({ length: count }, () => createResolver({ name, sentinels: source }));
    await Promise.all(resolvers.map((resolver) => resolver.master()));
  },
  watch: async () => {
    const cpuBefore = process.cpuUsage();
    const movedAt = await Promise.all(resolvers.map(moveOf));
    const { user, system } = process.cpuUsage(cpuBefore);
    return { movedAt, cpuMs: (user + system) / 1000 };
  },
};

serve(jobs);
