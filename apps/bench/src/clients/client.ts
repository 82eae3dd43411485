import type { Address } from '@switchmaster/testing';

/**
 * What a client is: `plain` knows one node and nothing of Sentinel, `peer` follows the master in another way than we
 * do, `ours` by one of our packages, and an `oracle` is told what no client can know.
 */
export type ClientKind = 'plain' | 'peer' | 'ours' | 'oracle';

/** What a client is told about the servers. */
export interface Deployment {
  /** The master's name in the sentinels' configuration. */
  readonly name: string;
  readonly sentinels: readonly Address[];
  /** The data nodes, first the one that is the master at the start. For plain clients and oracles only. */
  readonly nodes: readonly Address[];
  /** Where HAProxy leads to the master. Undefined where none runs. */
  readonly proxy?: Address | undefined;
}

/** One connected client. */
export interface BenchClient {
  readonly set: (key: string, value: string) => Promise<unknown>;
  readonly get: (key: string) => Promise<unknown>;
  /** Undefined where the library has no counters. */
  readonly incr?: (key: string) => Promise<number>;
  /** Sets all of them in one explicit pipeline. */
  readonly setMany: (entries: readonly (readonly [key: string, value: string])[]) => Promise<unknown>;
  /** Drops the connection at once, with all that is under way. */
  readonly close: () => void;
}

/** A client of the benchmark. A file in this folder exports one or more, and `index.ts` lists them. */
export interface ClientDefinition {
  /** As in `--client` and in the tables. */
  readonly name: string;
  readonly kind: ClientKind;
  /** The npm package that it is made of, as installed here, such as `ioredis5`. */
  readonly library: string;
  /** How it is set up, for the legend. */
  readonly about: string;
  /** Whether it connects to the `proxy` of its deployment. Default: no. */
  readonly isProxied?: boolean;
  /** The scenarios that it is meant for. Default: all. */
  readonly scenarios?: readonly string[];
  /**
   * Whether throughput and latency are measured of it too, or nothing else. Default: all is measured of the first of its
   * kind and library, and of the others what a fault does to them: what varies an option of the failover does nothing
   * else to a command.
   */
  readonly underLoad?: 'too' | 'only';
  /** The name in Redis of what it stores under `key`. Default: `key` itself. */
  readonly storedAs?: (key: string) => string;
  /**
   * Connects as its users do, and resolves when it takes commands. The library is loaded here, so that a process
   * carries no other's code. What clients of one process share (a resolver), they share if they are given the same
   * `Deployment` object.
   */
  readonly connect: (deployment: Deployment) => Promise<BenchClient>;
}
