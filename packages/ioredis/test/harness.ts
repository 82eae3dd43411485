import { createResolver, createSentinelSet, type Resolver, type SentinelSet } from '@switchmaster/core';
import {
  adapterConformance,
  type ConformanceClient,
  type ConformanceHarness,
} from '@switchmaster/testing/conformance';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { Redis as Valkey } from 'iovalkey';
import { describe, it } from 'vitest';
import { createRedis, type Client, type ClientConstructor } from '../src/index.ts';

/** The three libraries by one of their types: what is called here, they have in common. */
export type Library = typeof Redis;

export const libraries: readonly (readonly [name: string, library: Library])[] = [
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as Library],
  ['iovalkey', Valkey as unknown as Library],
];

/** One library's run of the suite. They are in files of their own, since files run side by side. */
export function conformance(name: string, library: ClientConstructor<Client>): void {
  adapterConformance({ describe, it }, harness(name, library as Library), {
    // For those who want to see how long things take: no test depends on it.
    report: (figures) => {
      if (process.env['SWITCHMASTER_FIGURES']) process.stdout.write(`${JSON.stringify(figures)}\n`);
    },
  });
}

function harness(name: string, library: Library): ConformanceHarness<Resolver, SentinelSet> {
  return {
    name,
    createResolver,
    createSentinelSet,
    connect: async (resolver, { role }) => wrap(createRedis(resolver, { client: library, role })),
  };
}

function wrap(redis: Redis): ConformanceClient {
  redis.on('error', () => {});
  return {
    command: (name = '', ...args) => redis.call(name, ...args),
    pipeline: async (commands) => values(await redis.pipeline(commands.map(batched)).exec()),
    multi: async (commands) => values(await redis.multi(commands.map(batched)).exec()),
    subscribe: async (channel, onMessage) => {
      redis.on('message', (_, message) => onMessage(message));
      await redis.subscribe(channel);
    },
    duplicate: async () => wrap(redis.duplicate()),
    isEnded: () => redis.status === 'end',
    close: async () => void (await redis.quit()),
    destroy: () => redis.disconnect(),
  };
}

/** In a batch, ioredis takes the names of its methods. */
function batched([name = '', ...args]: readonly string[]): string[] {
  return [name.toLowerCase(), ...args];
}

function values(results: [error: Error | null, result: unknown][] | null): unknown[] {
  return (results ?? []).map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}
