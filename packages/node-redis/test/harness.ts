import { createResolver, createSentinelSet, type Resolver, type SentinelSet } from '@switchmaster/core';
import type {
  ConformanceClient,
  ConformanceHarness,
  ConformanceOptions,
} from '@switchmaster/testing/conformance';
import type { createClient } from 'redis';
import { createFollowing, type Library } from '../src/following.ts';

type Client = ReturnType<typeof createClient>;

interface Chain {
  addCommand(args: readonly string[]): unknown;
  exec(): Promise<readonly unknown[]>;
  execAsPipeline(): Promise<readonly unknown[]>;
}

/** Both majors by the newer one's type: what the suite calls, they have in common. */
export function follow(
  library: Library,
  ...args: [source: Parameters<typeof createFollowing>[1], options?: object]
): Client {
  return createFollowing(library, ...args) as Client;
}

export const options: ConformanceOptions = {
  capabilities: { inFlight: 'rejected', refused: 'rejected' },
  report: (figures) =>
    process.env['SWITCHMASTER_FIGURES'] && process.stdout.write(`${JSON.stringify(figures)}\n`),
};

export function harness(name: string, library: Library): ConformanceHarness<Resolver, SentinelSet> {
  return {
    name,
    createResolver,
    createSentinelSet,
    connect: async (resolver, { role }) => wrap(follow(library, resolver, { role })),
  };
}

function wrap(client: Client): ConformanceClient {
  // It goes on trying until it is ended; then this rejects.
  client.connect().catch(() => {});
  // Of each command added, the type of a transaction would be another.
  const chain = (commands: readonly (readonly string[])[]): Chain => {
    const multi = client.multi() as unknown as Chain;
    for (const command of commands) multi.addCommand(command);
    return multi;
  };
  return {
    command: (...args) => client.sendCommand(args),
    pipeline: (commands) => chain(commands).execAsPipeline(),
    multi: (commands) => chain(commands).exec(),
    subscribe: (channel, onMessage) => client.subscribe(channel, onMessage),
    duplicate: async () => wrap(client.duplicate()),
    isEnded: () => !client.isOpen,
    close: () => client.close(),
    destroy: () => {
      // In version 5 it throws if there is nothing to end.
      if (client.isOpen) client.destroy();
    },
  };
}
