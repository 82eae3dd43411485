import { isResolver, ResolverLease, type Resolver, type ResolverOptions } from '@switchmaster/core';
import type { Redis, RedisOptions } from 'ioredis';
import { loadIoredis, mend, type Client, type ClientConstructor } from './client.ts';
import { FollowingConnector, type ClientOptions } from './connector.ts';

export type { Client, ClientConstructor } from './client.ts';

/** What the resolver decides. */
type Decided = 'Connector' | 'host' | 'port' | 'path' | 'family' | 'sentinels' | 'name' | 'role';

/** Which nodes a client talks to. */
export interface RoleOption {
  /** `replica`: a healthy replica, and the master while there is none. Default: `master`. */
  readonly role?: 'master' | 'replica' | undefined;
}

/** The client's own options, without those that say where to connect. */
export type FollowingOptions<Options = RedisOptions> = Omit<Options, Decided> & RoleOption;

/** Options for whoever builds the client: to be spread into those of ioredis 5 or 6 or of iovalkey. */
export interface SentinelConnection {
  readonly Connector: new (options: unknown) => never;
  readonly role: 'master' | 'slave';
}

/**
 * An ordinary ioredis client that follows the master. All that it can do stays, and so do its options.
 *
 * Options of a resolver may take the place of a resolver: the one that is made of them is closed with the
 * client and its duplicates. Unless they say otherwise, it has the client's `username`, `password` and `tls`.
 *
 * @example
 * const resolver = createResolver({ name: 'mymaster', sentinels: ['s1:26379', 's2:26379', 's3:26379'] });
 * const redis = createRedis(resolver, { keyPrefix: 'app:' });
 * await redis.set('key', 'value');
 *
 * @example
 * import { Redis } from 'iovalkey';
 * const valkey = createRedis(resolver, { client: Redis });
 */
export function createRedis<Instance extends Client>(
  resolver: Resolver | ResolverOptions,
  options: FollowingOptions<Instance['options']> & { readonly client: ClientConstructor<Instance> },
): Instance;
export function createRedis(resolver: Resolver | ResolverOptions, options?: FollowingOptions): Redis;
export function createRedis(
  resolver: Resolver | ResolverOptions,
  options: FollowingOptions & { readonly client?: ClientConstructor<Client> } = {},
): unknown {
  const { client: Constructor = loadIoredis(), role, ...own } = options;
  const { lease, Connector } = leasedOf(withNode(resolver, own));
  const all = { ...own, ...connection(Connector, role) };
  const client = mend(new Constructor(all as never));
  // A client that never connected has no connection whose end would tell.
  if (!isResolver(resolver)) client.on('end', () => lease.release(client));
  return client;
}

/**
 * The options that make a client follow the master, for libraries that build their own.
 *
 * Options of a resolver may take the place of a resolver: the one that is made of them is closed with the
 * last client, and made anew for the next.
 *
 * @example
 * new Worker('queue', job, { connection: { ...sentinelConnection(resolver), maxRetriesPerRequest: null } });
 */
export function sentinelConnection(
  resolver: Resolver | ResolverOptions,
  options: RoleOption = {},
): SentinelConnection {
  return connection(leasedOf(resolver).Connector, options.role);
}

interface Leased {
  readonly lease: ResolverLease;
  readonly Connector: SentinelConnection['Connector'];
}

/** A class takes kilobytes: the clients of one resolver share theirs. */
const shared = new WeakMap<Resolver, Leased>();

function leasedOf(source: Resolver | ResolverOptions): Leased {
  if (!isResolver(source)) return leaseOut(source);
  const leased = shared.get(source) ?? leaseOut(source);
  shared.set(source, leased);
  return leased;
}

function leaseOut(source: Resolver | ResolverOptions): Leased {
  const lease = new ResolverLease(source);
  class Connector extends FollowingConnector {
    constructor(options: unknown) {
      super(lease, options as ClientOptions);
    }
  }
  // The connectors of the three libraries are alike, but their protected members make three types of them.
  return { lease, Connector: Connector as unknown as SentinelConnection['Connector'] };
}

function connection(
  Connector: SentinelConnection['Connector'],
  role: RoleOption['role'],
): SentinelConnection {
  return { Connector, role: role === 'replica' ? 'slave' : 'master' };
}

/** Who gave the client its credentials need not give them again for the questions of the resolver. */
function withNode(
  source: Resolver | ResolverOptions,
  { username, password, tls }: FollowingOptions,
): Resolver | ResolverOptions {
  return isResolver(source) || source.node ? source : { ...source, node: { username, password, tls } };
}
