import { type Address, formatAddress } from './address.ts';
import type { ClusterTls } from './cluster-options.ts';
import type { Credentials } from './config-file.ts';
import { connectRedis, type RedisClient, type RedisClientOptions } from './redis-client.ts';
import type { ProcessState, RedisProcess } from './redis-process.ts';
import { type Reply, toList } from './resp.ts';

/** Where a member is: for others, and in truth. */
export interface Place {
  /** The announced address: that of the proxy where there is one. */
  readonly announce: Address;
  /** Where the server itself listens. */
  readonly listen: Address;
  /** The address that its own connections come from, if they can be told apart. */
  readonly source: string | undefined;
}

/** What a cluster gives to its members. */
export interface MemberOptions {
  readonly place: Place;
  readonly process: RedisProcess;
  readonly credentials: Credentials | undefined;
  readonly tls: ClusterTls | undefined;
}

/** One server of a cluster: a {@link ClusterNode} or a {@link ClusterSentinel}. */
export abstract class Member {
  /** The host to give to a client. */
  readonly host: string;
  /** The port to give to a client. */
  readonly port: number;
  /** `host:port`. */
  readonly address: string;
  /** @internal */
  readonly place: Place;
  /** @internal */
  readonly process: RedisProcess;
  readonly #credentials: Credentials | undefined;
  readonly #tls: ClusterTls | undefined;

  /** @internal */
  constructor({ place, process, credentials, tls }: MemberOptions) {
    this.host = place.announce.host;
    this.port = place.announce.port;
    this.address = formatAddress(place.announce);
    this.place = place;
    this.process = process;
    this.#credentials = credentials;
    this.#tls = tls;
  }

  /** Undefined while it is stopped. */
  get pid(): number | undefined {
    return this.process.pid;
  }

  /** `running`, `frozen` or `stopped`. */
  get state(): ProcessState {
    return this.process.state;
  }

  /**
   * Connects to the server itself, past the proxy: it works in a partition as well. Close it when done.
   *
   * @example
   * ```ts
   * using client = await node.client();
   * await client.command('SET', 'key', 'value');
   * ```
   */
  client(
    options: Pick<RedisClientOptions, 'timeoutMs' | 'onMessage' | 'onClose'> = {},
  ): Promise<RedisClient> {
    // A test may have given it any certificate.
    const tls = { ...this.#tls, anyCertificate: true };
    return connectRedis({ ...this.place.listen, ...this.#credentials, ...tls, ...options });
  }

  /**
   * Sends one command on a connection of its own.
   *
   * @example
   * ```ts
   * await node.command('CONFIG', 'SET', 'maxmemory', '10mb');
   * ```
   */
  async command(...args: readonly (string | number)[]): Promise<Reply> {
    using client = await this.client();
    return await client.command(...args);
  }

  /** @internal The same for what is asked again and again: one that stands still is soon given up. */
  async ask(...args: readonly (string | number)[]): Promise<Reply> {
    using client = await this.client({ timeoutMs: 1000 });
    return await client.command(...args);
  }
}

/** A Redis node of a cluster. */
export class ClusterNode extends Member {
  /** The name of the group of a master and its replicas, as the sentinels know it. */
  readonly name: string;

  /** @internal */
  constructor(name: string, options: MemberOptions) {
    super(options);
    this.name = name;
  }

  /** What the node says it is. */
  async role(): Promise<'master' | 'replica'> {
    return toList(await this.command('ROLE'))[0] === 'master' ? 'master' : 'replica';
  }
}

/** A sentinel of a cluster. */
export class ClusterSentinel extends Member {
  /** Its run id, 40 hexadecimal digits. */
  readonly id: string;

  /** @internal */
  constructor(id: string, options: MemberOptions) {
    super(options);
    this.id = id;
  }
}
