import {
  addressKey,
  createServers,
  ReplyError,
  SwitchmasterError,
  type NodeAddress,
  type Reply,
  type ServerConnection,
  type ServerKind,
  type Servers,
} from '@switchmaster/core';
import type { ConnectionOptions } from './connection-options.ts';
import { toAddress, toRow, toRows, toTexts } from './replies.ts';

/** A sentinel or node, and the connection to it or why there is none. */
export interface Member {
  readonly kind: ServerKind;
  /** What it is known by: as it was configured here, or as it is announced. */
  readonly address: NodeAddress;
  readonly connection: ServerConnection | undefined;
  readonly error: Error | undefined;
}

/** Everybody who belongs to a master name, with an open connection to all who can be reached. */
export interface Deployment extends Disposable {
  readonly name: string;
  readonly servers: Servers;
  readonly sentinels: readonly Member[];
  /** Every node that a sentinel names, the master or masters first. */
  readonly nodes: readonly Member[];
}

/** No deployment has more; what sentinels say is not believed without end. */
const maxMembers = 256;

/**
 * Connects to the sentinels given, to those that they name, and to every node that any of them names. Throws
 * where nothing can be learnt: no sentinel answers, or none knows the name.
 */
export async function openDeployment(options: ConnectionOptions, signal: AbortSignal): Promise<Deployment> {
  const servers = createServers(options);
  const opened: Member[] = [];
  const open = async (kind: ServerKind, addresses: readonly NodeAddress[]): Promise<Member[]> => {
    const members = await Promise.all(addresses.map((address) => openMember(servers, kind, address, signal)));
    opened.push(...members);
    return members;
  };
  const close = (): void => opened.forEach(({ connection }) => connection?.close());
  try {
    const { sentinels, nodeAddresses } = await findSentinels(servers, open);
    const nodes = await open('node', nodeAddresses);
    return { name: servers.name, servers, sentinels, nodes, [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Sends one command. An error reply is a value; a connection that breaks is thrown. */
export async function ask(
  connection: ServerConnection,
  ...command: readonly (string | number)[]
): Promise<Reply> {
  try {
    return await connection.request(...command);
  } catch (error) {
    if (error instanceof ReplyError) return error;
    throw error;
  }
}

type Open = (kind: ServerKind, addresses: readonly NodeAddress[]) => Promise<Member[]>;

/** Round after round: those who were named in the last one are asked in the next. */
async function findSentinels(
  servers: Servers,
  open: Open,
): Promise<{ sentinels: Member[]; nodeAddresses: NodeAddress[] }> {
  const known = new Map<string, Member>();
  const asked = new Set<string>();
  const ids = new Set<string>();
  const nodes = new Map<string, NodeAddress>();
  let next: readonly NodeAddress[] = servers.sentinels;
  let named = false;
  let refusal: ReplyError | undefined;
  while (next.length > 0) {
    const members = await open('sentinel', unique(next));
    for (const { address } of members) asked.add(addressKey(address));
    const found = await Promise.all(members.map((member) => askAround(member, servers.name)));
    members.forEach((member, i) => {
      const id = found[i]?.id;
      // The same sentinel, under its configured and its announced address.
      if (id !== undefined && ids.has(id)) member.connection?.close();
      else known.set(addressKey(member.address), member);
      if (id !== undefined) ids.add(id);
    });
    named ||= found.some(({ masters }) => masters.length > 0);
    refusal ??= found.find((one) => one.refusal)?.refusal;
    for (const address of found.flatMap(({ masters, replicas }) => [...masters, ...replicas]))
      if (nodes.size < maxMembers) nodes.set(addressKey(address), address);
    next = found
      .flatMap(({ peers }) => peers)
      .filter(({ id, address }) => !ids.has(id) && !asked.has(addressKey(address)))
      .map(({ address }) => address)
      .slice(0, Math.max(0, maxMembers - asked.size));
  }
  const sentinels = [...known.values()];
  if (!named) throw whyNothing(sentinels, servers.name, refusal);
  return { sentinels, nodeAddresses: [...nodes.values()] };
}

interface Neighbours {
  readonly id: string | undefined;
  readonly refusal: ReplyError | undefined;
  readonly masters: readonly NodeAddress[];
  readonly replicas: readonly NodeAddress[];
  readonly peers: readonly { readonly id: string; readonly address: NodeAddress }[];
}

/** What a sentinel says of others; nothing where it cannot be asked, or may not be. */
async function askAround({ connection }: Member, name: string): Promise<Neighbours> {
  if (!connection) return { id: undefined, refusal: undefined, masters: [], replicas: [], peers: [] };
  const [id, address, master, replicas, peers] = await Promise.all([
    ask(connection, 'SENTINEL', 'MYID'),
    ask(connection, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name),
    ask(connection, 'SENTINEL', 'MASTER', name),
    ask(connection, 'SENTINEL', 'REPLICAS', name),
    ask(connection, 'SENTINEL', 'SENTINELS', name),
  ]).catch(() => [null, null, null, null, null]);
  const [host, port] = toTexts(address ?? null);
  const row = toRow(master ?? null);
  const masters = [toAddress(host, port), toAddress(row.get('ip'), row.get('port'))];
  return {
    id: typeof id === 'string' ? id : undefined,
    refusal: address instanceof ReplyError ? address : undefined,
    masters: masters.filter((one) => one !== undefined),
    replicas: toRows(replicas ?? null).flatMap((one) => toAddress(one.get('ip'), one.get('port')) ?? []),
    peers: toRows(peers ?? null).flatMap((one) => {
      const peer = toAddress(one.get('ip'), one.get('port'));
      return peer ? [{ id: one.get('runid') ?? '', address: peer }] : [];
    }),
  };
}

async function openMember(
  servers: Servers,
  kind: ServerKind,
  address: NodeAddress,
  signal: AbortSignal,
): Promise<Member> {
  try {
    const connection = await servers.connect(kind, address, { signal });
    return { kind, address, connection, error: undefined };
  } catch (error) {
    return { kind, address, connection: undefined, error: error as Error };
  }
}

function whyNothing(sentinels: readonly Member[], name: string, refusal: ReplyError | undefined): Error {
  const reached = sentinels.find(({ connection }) => connection);
  if (!reached) return sentinels.find(({ error }) => error)?.error ?? new Error('no sentinel was given');
  if (refusal) {
    const cure =
      'give the user and password of the sentinels (--sentinel-username, SWITCHMASTER_SENTINEL_PASSWORD)';
    return new SwitchmasterError('AUTH_REFUSED', `the sentinels refused us with ${refusal.code}: ${cure}`);
  }
  const message = `no sentinel that answers monitors a master named '${name}'; "sentinel monitor" in their configuration has the name`;
  return new SwitchmasterError('NAME_UNKNOWN', message);
}

function unique(addresses: readonly NodeAddress[]): NodeAddress[] {
  return [...new Map(addresses.map((address) => [addressKey(address), address])).values()];
}
