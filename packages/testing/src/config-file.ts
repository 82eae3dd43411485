import { isIP } from 'node:net';
import type { Address } from './address.ts';

/** Extra directives: the name (which may hold spaces, such as `sentinel resolve-hostnames`) and the value. */
export type Directives = Readonly<Record<string, string>>;

/** Who may log in. */
export interface Credentials {
  /** Undefined: the default user. */
  readonly username: string | undefined;
  readonly password: string;
}

/** Paths of the files that hold the certificate. */
export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** What nodes and sentinels have in common. */
interface ServerConfig {
  /** Where the process listens. */
  readonly listen: Address;
  /** Where others are told to find it. */
  readonly announce: Address;
  /** The address that its own connections come from. */
  readonly source: string | undefined;
  readonly password: string | undefined;
  readonly users: readonly string[];
  readonly tls: TlsFiles | undefined;
  readonly extra: Directives;
}

/** A node to be. */
export interface NodeConfig extends ServerConfig {
  /** Undefined: it starts as a master. */
  readonly replicaOf: Address | undefined;
  /** For its link to the master. */
  readonly replication: Credentials | undefined;
}

/** A sentinel to be. */
export interface SentinelConfig extends ServerConfig {
  /** 40 hexadecimal digits. */
  readonly id: string;
  readonly groups: readonly MonitoredGroup[];
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  /** For its links to nodes. */
  readonly nodes: Credentials | undefined;
  /** For its links to other sentinels. */
  readonly sentinels: Credentials | undefined;
}

/** A master as a sentinel is told to watch it. */
export interface MonitoredGroup {
  readonly name: string;
  readonly master: Address;
  readonly replicas: readonly Address[];
  readonly quorum: number;
  readonly epoch: number;
}

/** The configuration file of a node. */
export function nodeConfigFile(config: NodeConfig): string {
  const { announce, replicaOf, replication, tls } = config;
  return lines([
    ...serverLines(config),
    'save ""',
    'appendonly no',
    // A replica fed without a file is sent what is written from then on after its first acknowledgement only, up to
    // a second later: a failover in that second would lose it, whatever a client does.
    'repl-diskless-sync no',
    `replica-announce-ip ${announce.host}`,
    `replica-announce-port ${announce.port}`,
    ...(replicaOf ? [`replicaof ${replicaOf.host} ${replicaOf.port}`] : []),
    ...(replication?.username === undefined ? [] : [`masteruser ${replication.username}`]),
    ...(replication ? [`masterauth ${quote(replication.password)}`] : []),
    ...(tls ? ['tls-replication yes'] : []),
    ...extraLines(config.extra),
  ]);
}

/** The configuration file of a sentinel, which it rewrites as it learns. */
export function sentinelConfigFile(config: SentinelConfig): string {
  const { announce, id, sentinels, tls } = config;
  return lines([
    ...serverLines(config),
    `sentinel myid ${id}`,
    ...(isIP(announce.host) ? [] : ['sentinel resolve-hostnames yes', 'sentinel announce-hostnames yes']),
    `sentinel announce-ip ${announce.host}`,
    `sentinel announce-port ${announce.port}`,
    ...(sentinels?.username === undefined ? [] : [`sentinel sentinel-user ${sentinels.username}`]),
    ...(sentinels ? [`sentinel sentinel-pass ${quote(sentinels.password)}`] : []),
    ...(tls ? ['tls-replication yes'] : []),
    ...config.groups.flatMap((group) => groupLines(group, config)),
    ...extraLines(config.extra),
  ]);
}

function groupLines(
  group: MonitoredGroup,
  { downAfterMs, failoverTimeoutMs, nodes }: SentinelConfig,
): string[] {
  const { name, master, replicas, quorum, epoch } = group;
  return [
    `sentinel monitor ${name} ${master.host} ${master.port} ${quorum}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} ${failoverTimeoutMs}`,
    ...(nodes?.username === undefined ? [] : [`sentinel auth-user ${name} ${nodes.username}`]),
    ...(nodes ? [`sentinel auth-pass ${name} ${quote(nodes.password)}`] : []),
    `sentinel config-epoch ${name} ${epoch}`,
    ...replicas.map(({ host, port }) => `sentinel known-replica ${name} ${host} ${port}`),
  ];
}

function serverLines({ listen, announce, source, password, users, tls }: ServerConfig): string[] {
  return [
    // A name such as `localhost` may lead to both, and Redis takes the first; the dash is for machines without IPv6.
    `bind ${listen.host}${isIP(announce.host) ? '' : ' -::1'}`,
    ...(tls ? ['port 0', `tls-port ${listen.port}`, 'tls-auth-clients no'] : [`port ${listen.port}`]),
    ...(tls ? [`tls-cert-file ${tls.cert}`, `tls-key-file ${tls.key}`, `tls-ca-cert-file ${tls.ca}`] : []),
    ...(source === undefined ? [] : [`bind-source-addr ${source}`]),
    'protected-mode no',
    ...(password === undefined ? [] : [`requirepass ${quote(password)}`]),
    ...users,
  ];
}

function extraLines(extra: Directives): string[] {
  return Object.entries(extra).map(([name, value]) => `${name} ${value}`);
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
