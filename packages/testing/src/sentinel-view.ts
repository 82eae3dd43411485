import { type Address, formatAddress } from './address.ts';
import type { MonitoredGroup } from './config-file.ts';
import type { ClusterSentinel } from './member.ts';
import type { RedisClient } from './redis-client.ts';
import { type Reply, toList, toText } from './resp.ts';

/** The fields of one instance as a sentinel lists them. */
export type InstanceRow = Readonly<Record<string, string | undefined>>;

/** What a sentinel should know before something is done with it. */
export interface Expectation {
  readonly name: string;
  readonly replicas: readonly Address[];
  readonly others: readonly ClusterSentinel[];
  /** Everybody is up: links are good, and the quorum is reached. */
  readonly healthy: boolean;
}

/** The master's address by one sentinel, or undefined if it does not know the name. */
export async function masterAddress(sentinel: ClusterSentinel, name: string): Promise<string | undefined> {
  const [host, port] = toList(await sentinel.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name));
  return host === undefined ? undefined : formatAddress({ host: toText(host), port: Number(port) });
}

/** A group as one sentinel sees it now: what a new sentinel is told. */
export async function currentGroup(
  sentinel: ClusterSentinel,
  name: string,
  quorum: number,
): Promise<MonitoredGroup> {
  using client = await sentinel.client();
  const address = await client.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
  const [host, port] = toList(address);
  const master = { host: toText(host), port: Number(port) };
  const replicas = toRows(await client.command('SENTINEL', 'REPLICAS', name)).map(addressOf);
  const row = toRow(await client.command('SENTINEL', 'MASTER', name));
  const others = replicas.filter((replica) => formatAddress(replica) !== formatAddress(master));
  return { name, master, replicas: others, quorum, epoch: Number(row['config-epoch']) };
}

/**
 * Makes `sentinel` known to `other` by the message that it would publish itself within two seconds, sent straight to
 * `other`: sentinels take it from each other in this way as well.
 */
export async function introduce(
  sentinel: ClusterSentinel,
  other: ClusterSentinel,
  name: string,
): Promise<void> {
  const { master, epoch } = await currentGroup(sentinel, name, 0);
  const hello = [sentinel.host, sentinel.port, sentinel.id, epoch, name, master.host, master.port, epoch];
  await other.command('PUBLISH', '__sentinel__:hello', hello.join(','));
}

/** Throws and says what is missing until `sentinel` knows what is expected. */
export async function checkView(sentinel: ClusterSentinel, expected: Expectation): Promise<void> {
  using client = await sentinel.client();
  const { name, healthy } = expected;
  const missing = [
    ...(healthy ? flagged('the master', toRow(await client.command('SENTINEL', 'MASTER', name))) : []),
    ...(await missingReplicas(client, expected)),
    ...(await missingSentinels(client, expected)),
  ];
  if (missing.length > 0) throw new Error(`Sentinel ${sentinel.address} on ${name}: ${missing.join('; ')}`);
  if (healthy) await client.command('SENTINEL', 'CKQUORUM', name);
}

/** Throws while a sentinel has a failover in progress, or names another master. */
export async function checkSettled(sentinel: ClusterSentinel, name: string, master: string): Promise<void> {
  const row = toRow(await sentinel.ask('SENTINEL', 'MASTER', name));
  const address = formatAddress(addressOf(row));
  const busy = (row['flags'] ?? '')
    .split(',')
    .find((flag) => /^(failover_in_progress|[so]_down)$/.test(flag));
  if (busy !== undefined || address !== master) {
    throw new Error(`sentinel ${sentinel.address} says ${address} ${row['flags']}`);
  }
}

async function missingReplicas(
  client: RedisClient,
  { name, replicas, healthy }: Expectation,
): Promise<string[]> {
  const rows = byAddress(toRows(await client.command('SENTINEL', 'REPLICAS', name)));
  return replicas.flatMap((replica) => {
    const address = formatAddress(replica);
    const row = rows.get(address);
    if (!row) return [`replica ${address} is unknown`];
    if (healthy && row['master-link-status'] !== 'ok')
      return [`replica ${address} has no link to the master`];
    return flagged(`replica ${address}`, row);
  });
}

async function missingSentinels(client: RedisClient, { name, others }: Expectation): Promise<string[]> {
  const rows = byAddress(toRows(await client.command('SENTINEL', 'SENTINELS', name)));
  return others.flatMap(({ address, id }) => {
    const row = rows.get(address);
    return row?.['runid'] === id ? flagged(`sentinel ${address}`, row) : [`sentinel ${address} is unknown`];
  });
}

function flagged(what: string, row: InstanceRow): string[] {
  // An instance has a run id once it has answered INFO.
  if (!row['runid']) return [`${what} has not answered yet`];
  const bad = (row['flags'] ?? '').split(',').filter((flag) => /^(disconnected|s_down|o_down)$/.test(flag));
  return bad.length > 0 ? [`${what} is ${bad.join(', ')}`] : [];
}

function byAddress(rows: readonly InstanceRow[]): Map<string, InstanceRow> {
  return new Map(rows.map((row) => [formatAddress(addressOf(row)), row]));
}

function addressOf(row: InstanceRow): Address {
  return { host: row['ip'] ?? '', port: Number(row['port']) };
}

function toRows(reply: Reply): InstanceRow[] {
  return toList(reply).map(toRow);
}

function toRow(reply: Reply): InstanceRow {
  const flat = toList(reply).map(toText);
  const pairs = flat.flatMap((field, i) => (i % 2 === 0 ? [[field, flat[i + 1]] as const] : []));
  return Object.fromEntries(pairs);
}
