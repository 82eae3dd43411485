import { type Address, connectRedis, type RedisClient } from '@switchmaster/testing';
import type { Redis } from 'ioredis';
import type { ClientDefinition, Deployment } from './client.ts';
import { loadIoredis, whenReady } from './ioredis-commands.ts';

const askEachMs = 2;
const retryMs = 5;

/** Something that looks for the next master until it is closed. */
interface Lookout {
  readonly close: () => void;
}

type Watch = (deployment: Deployment, onMaster: (address: Address) => void) => Lookout;

/** Keeps a connection to a server, and has it used, until it is told to stop. */
function keepAsking(
  address: Address,
  use: (client: RedisClient, signal: AbortSignal) => Promise<void>,
  onMessage?: (channel: string, payload: string) => void,
): Lookout {
  const end = new AbortController();
  let current: RedisClient | undefined;
  const loop = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        current = await connectRedis({ ...address, onMessage });
        await use(current, end.signal);
      } catch {
        await pause(retryMs);
      } finally {
        current?.close();
      }
    }
  };
  void loop();
  return {
    close: () => {
      end.abort();
      current?.close();
    },
  };
}

/** Asks every node for its role all the time: the moment at which the new master takes writes. */
const watchNodes: Watch = ({ nodes }, onMaster) => {
  const lookouts = nodes.map((address) => {
    let last: unknown;
    return keepAsking(address, async (client, signal) => {
      while (!signal.aborted) {
        const [role] = (await client.command('ROLE')) as readonly unknown[];
        if (last === 'slave' && role === 'master') onMaster(address);
        last = role;
        await pause(askEachMs);
      }
    });
  });
  return { close: () => lookouts.forEach(({ close }) => close()) };
};

/** Listens to every sentinel, those that come later too: the moment at which the first one announces the new master. */
const listenToSentinels: Watch = ({ name, sentinels }, onMaster) => {
  const lookouts = new Map<string, Lookout>();
  const onMessage = (channel: string, payload: string): void => {
    const words = payload.split(' ');
    // <name> <old host> <old port> <new host> <new port>
    if (channel === '+switch-master' && words[0] === name) onMaster(addressIn(words, 3));
    // sentinel <id> <host> <port> @ <name> …
    if (channel === '+sentinel') listenTo(addressIn(words, 2));
  };
  const listenTo = (address: Address): void => {
    const key = `${address.host}:${address.port}`;
    if (lookouts.has(key)) return;
    const use = async (client: RedisClient, signal: AbortSignal): Promise<void> => {
      await client.command('PSUBSCRIBE', '*');
      while (client.open && !signal.aborted) await pause(retryMs);
    };
    lookouts.set(key, keepAsking(address, use, onMessage));
  };
  sentinels.forEach(listenTo);
  return { close: () => [...lookouts.values()].forEach(({ close }) => close()) };
};

function addressIn(words: readonly string[], at: number): Address {
  return { host: words[at] ?? '', port: Number(words[at + 1]) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function define(name: string, about: string, watch: Watch): ClientDefinition {
  return {
    name,
    kind: 'oracle',
    library: 'ioredis',
    about,
    connect: async (deployment) => {
      const Redis = await loadIoredis('ioredis');
      const [first] = deployment.nodes;
      if (!first) throw new Error('an oracle needs the nodes');
      const redis: Redis = new Redis({
        host: first.host,
        port: first.port,
        enableReadyCheck: false,
        maxRetriesPerRequest: null,
        retryStrategy: () => retryMs,
      });
      const lookout = watch(deployment, (address) => {
        if (redis.options.host === address.host && redis.options.port === address.port) return;
        // Where its next connection goes.
        Object.assign(redis.options, address);
        redis.stream.destroy();
      });
      const client = await whenReady(redis);
      return {
        ...client,
        close: () => {
          lookout.close();
          client.close();
        },
      };
    },
  };
}

export const oracles: readonly ClientDefinition[] = [
  define('oracle-promotion', 'ioredis 6 that goes where a replica has just become a master', watchNodes),
  define(
    'oracle-announcement',
    'ioredis 6 that goes where the first `+switch-master` points',
    listenToSentinels,
  ),
];
