import type { Directives } from './config-file.ts';
import type { Addressing } from './network.ts';
import { serverBinary } from './server-binary.ts';

/** A certificate for every server of a cluster, in PEM. */
export interface ClusterTls {
  /** The private key. */
  readonly key: string;
  /** The certificate. */
  readonly cert: string;
  /** The authority that signed it; for a self-signed certificate, the certificate itself. */
  readonly ca: string;
}

/** What {@link startCluster} starts. Every option has a default. */
export interface ClusterOptions {
  /** How many replicas each master has. Default: 2. */
  readonly replicas?: number | undefined;
  /** How many sentinels watch. Default: 3. */
  readonly sentinels?: number | undefined;
  /** How many sentinels must see a master down before a failover. Default: the majority of `sentinels`. */
  readonly quorum?: number | undefined;
  /** After how much silence a sentinel takes a node for down, in milliseconds. Default: 1000. */
  readonly downAfterMs?: number | undefined;
  /**
   * Sentinel's `failover-timeout`, in milliseconds. A second *automatic* failover of the same master begins at the
   * earliest twice this time after the one before; `failover()` is not bound by it. Default: 10000.
   */
  readonly failoverTimeoutMs?: number | undefined;
  /** The master's name. Default: `mymaster`. */
  readonly name?: string | undefined;
  /** Several masters, each with replicas of its own, on the same sentinels. Default: only `name`. */
  readonly names?: readonly string[] | undefined;
  /**
   * `ports`: everything is on 127.0.0.1, each server on a port of its own. `hosts`: each server has a loopback
   * address of its own and all nodes share one port, as do all sentinels; Linux only. Default: `ports`.
   */
  readonly addressing?: Addressing | undefined;
  /** The address that everything listens at with `ports`, such as `::1`. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /**
   * What everything announces in place of {@link host}: a name that leads there, such as `localhost`. The sentinels
   * then resolve and announce names. Default: the address itself.
   */
  readonly hostname?: string | undefined;
  /** Puts a proxy in front of every server, which `isolate()` needs. Default: false. */
  readonly proxied?: boolean | undefined;
  /** The password of the nodes' default user. Default: none. */
  readonly nodePassword?: string | undefined;
  /** The password of the sentinels' default user. Default: none. */
  readonly sentinelPassword?: string | undefined;
  /** ACL lines for the nodes, such as `user app on >secret ~* &* +@all`. Default: none. */
  readonly nodeUsers?: readonly string[] | undefined;
  /** ACL lines for the sentinels. Default: none. */
  readonly sentinelUsers?: readonly string[] | undefined;
  /** Makes every server speak TLS only. Default: no TLS. */
  readonly tls?: ClusterTls | undefined;
  /** The path of the server's executable. Default: what `serverBinary()` finds. */
  readonly server?: string | undefined;
  /** Further directives for every node, such as `{ maxmemory: '10mb' }`. Default: none. */
  readonly nodeConfig?: Directives | undefined;
  /** Further directives for every sentinel. Default: none. */
  readonly sentinelConfig?: Directives | undefined;
  /** How long the start may take, in milliseconds, before it fails. Default: 20000. */
  readonly startTimeoutMs?: number | undefined;
}

type Undefaulted = 'nodePassword' | 'sentinelPassword' | 'tls' | 'hostname';

/** {@link ClusterOptions} with the defaults filled in. */
export type ResolvedOptions = {
  readonly [K in Exclude<keyof ClusterOptions, Undefaulted | 'name'>]-?: NonNullable<ClusterOptions[K]>;
} & Pick<ClusterOptions, Undefaulted>;

/** Checks the options and fills in the defaults. */
export function resolveOptions(
  options: ClusterOptions,
  platform: NodeJS.Platform = process.platform,
): ResolvedOptions {
  const { replicas = 2, sentinels = 3 } = options;
  const names = options.names ?? [options.name ?? 'mymaster'];
  if (options.addressing === 'hosts' && platform !== 'linux') {
    throw new Error(
      `addressing: 'hosts' needs Linux, where all of 127.0.0.0/8 is local. This is ${platform}.`,
    );
  }
  const { addressing = 'ports', proxied = false } = options;
  if (options.host !== undefined && (addressing === 'hosts' || proxied)) {
    throw new Error("host is for `addressing: 'ports'` without `proxied`: otherwise hosts are given out.");
  }
  if (options.hostname !== undefined && addressing === 'hosts') {
    throw new Error(
      "hostname is one for all, and with `addressing: 'hosts'` every server has a host of its own.",
    );
  }
  atLeast('replicas', replicas, 0);
  atLeast('sentinels', sentinels, 1);
  if (names.length === 0 || new Set(names).size !== names.length) {
    throw new Error(`names must hold at least one name and none twice; it is [${names.join(', ')}].`);
  }
  return {
    replicas,
    sentinels,
    names,
    quorum: options.quorum ?? Math.floor(sentinels / 2) + 1,
    downAfterMs: options.downAfterMs ?? 1000,
    failoverTimeoutMs: options.failoverTimeoutMs ?? 10_000,
    addressing,
    host: options.host ?? '127.0.0.1',
    hostname: options.hostname,
    proxied,
    nodePassword: options.nodePassword,
    sentinelPassword: options.sentinelPassword,
    nodeUsers: options.nodeUsers ?? [],
    sentinelUsers: options.sentinelUsers ?? [],
    tls: options.tls,
    server: options.server ?? serverBinary(),
    nodeConfig: options.nodeConfig ?? {},
    sentinelConfig: options.sentinelConfig ?? {},
    startTimeoutMs: options.startTimeoutMs ?? 20_000,
  };
}

function atLeast(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new Error(`${name} must be a whole number from ${least}; it is ${value}.`);
  }
}
