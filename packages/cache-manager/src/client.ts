import { SwitchmasterError } from '@switchmaster/core';
import { listen, type ConnectionListener } from './client-events.ts';
import type { Deadline } from './time-limit.ts';

/** What is used of an ioredis client, 5 or 6, or one of iovalkey. */
export interface IoredisClient {
  readonly status: string;
  readonly options?: { readonly keyPrefix?: string | undefined } | undefined;
  call(command: string, ...args: string[]): Promise<unknown>;
  connect(): Promise<unknown>;
  disconnect(): void;
  on(event: 'ready' | 'close' | 'end' | 'error', listener: () => void): unknown;
}

/** What is used of a node-redis client, 5 or 6. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  sendCommand(args: readonly string[], options?: { abortSignal?: AbortSignal }): Promise<unknown>;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'ready' | 'reconnecting' | 'end' | 'error', listener: () => void): unknown;
}

/** A client to store in: of ioredis, iovalkey or node-redis. */
export type CacheClient = IoredisClient | NodeRedisClient;

/** A client of whichever kind. */
export interface Connection {
  readonly isReady: boolean;
  /** What the client itself puts before keys, though not in patterns, nor does it take it off keys that it returns. */
  readonly keyPrefix: string;
  /** Sends it now. When the deadline comes first, clients that can take back what is not on the wire yet do so. */
  send(args: readonly string[], deadline: Deadline): Promise<unknown>;
  /** Connects a client that was left to connect later. */
  open(): void;
  listen(listener: ConnectionListener): () => void;
  destroy(): void;
}

/** @throws SwitchmasterError `INVALID_OPTION` for what is no client, or one of a cluster. */
export function connectionOf(client: CacheClient): Connection {
  if (isIoredis(client)) return ioredisConnection(client);
  if (isNodeRedis(client)) return nodeRedisConnection(client);
  throw new SwitchmasterError(
    'INVALID_OPTION',
    '`client` expects a client of ioredis, iovalkey or node-redis for one master, such as createRedis() of ' +
      '@switchmaster/ioredis returns; clusters and the sentinel client of node-redis are not supported',
  );
}

/** Clients for one master do not have these: the first is true for a cluster of ioredis. */
const others = ['isCluster', 'getSentinelNode', 'getSlotMaster'];

function isIoredis(client: object): client is IoredisClient {
  return isForOneMaster(client) && 'call' in client && typeof client.call === 'function';
}

function isNodeRedis(client: object): client is NodeRedisClient {
  return isForOneMaster(client) && 'sendCommand' in client && 'isReady' in client;
}

function isForOneMaster(client: object): boolean {
  return typeof client === 'object' && others.every((name) => !(client as Record<string, unknown>)[name]);
}

function ioredisConnection(client: IoredisClient): Connection {
  return {
    get isReady() {
      return client.status === 'ready';
    },
    keyPrefix: client.options?.keyPrefix ?? '',
    send: (args) => client.call(...(args as readonly [command: string, ...string[]])),
    open() {
      if (client.status === 'wait') client.connect().catch(() => {});
    },
    listen: (listener) => listen(client, ['close', 'end'], listener),
    destroy: () => client.disconnect(),
  };
}

function nodeRedisConnection(client: NodeRedisClient): Connection {
  return {
    get isReady() {
      return client.isReady;
    },
    keyPrefix: '',
    send: (args, { signal }) => client.sendCommand(args, { abortSignal: signal }),
    open() {
      if (!client.isOpen) client.connect().catch(() => {});
    },
    listen: (listener) => listen(client, ['reconnecting', 'end'], listener),
    destroy() {
      if (client.isOpen) client.destroy();
    },
  };
}
