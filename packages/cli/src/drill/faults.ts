import { formatAddress, sameAddress, type NodeAddress } from '@switchmaster/core';
import { parseFields, toAddress, toTexts } from '../replies.ts';
import type { Scene } from './scene.ts';

/** A way to disturb a client that a deployment in use survives. */
export interface Fault {
  /** What is done, for whoever has to agree. */
  describe(scene: Scene): string;
  /** Resolves when it is done. */
  inject(scene: Scene): Promise<void>;
  /** Whether all that follows from it is over. */
  isOver(scene: Scene): Promise<boolean>;
}

export const faultNames = ['failover', 'kill-connection', 'pause'] as const;

export type FaultName = (typeof faultNames)[number];

export const faults: Readonly<Record<FaultName, Fault>> = {
  failover: {
    describe: ({ name, master }) =>
      `SENTINEL FAILOVER ${name}: a replica is promoted in place of ${formatAddress(master)}. Clients that write to ` +
      'the old master during the next ten seconds lose what they write, and other clients may be among them',
    inject: askForFailover,
    isOver: isOldMasterDemoted,
  },
  'kill-connection': {
    describe: ({ connectionName, master }) =>
      `CLIENT KILL at ${formatAddress(master)} of the drill's own connections, which are named ${connectionName}`,
    inject: killOwnConnections,
    isOver: () => Promise.resolve(true),
  },
  pause: {
    describe: ({ master, pauseMs }) =>
      `CLIENT PAUSE ${pauseMs} WRITE at ${formatAddress(master)}: all writes wait for ${pauseMs} ms, other clients' too`,
    inject: pauseWrites,
    isOver: () => Promise.resolve(true),
  },
};

async function askForFailover({ servers, resolver, name }: Scene): Promise<void> {
  let failure: unknown = new Error('no sentinel is connected');
  for (const address of resolver.topology.sentinels.filter(({ state }) => state === 'connected')) {
    try {
      using sentinel = await servers.connect('sentinel', address);
      await sentinel.request('SENTINEL', 'FAILOVER', name);
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function isOldMasterDemoted({ servers, resolver, master }: Scene): Promise<boolean> {
  const { phase, master: current } = resolver.topology;
  if (phase !== 'following' || !current || sameAddress(current, master)) return false;
  const of = await masterOf(servers, master);
  return of !== undefined && sameAddress(of, current);
}

async function masterOf(servers: Scene['servers'], address: NodeAddress): Promise<NodeAddress | undefined> {
  using node = await servers.connect('node', address);
  const [, host, port] = toTexts(await node.request('ROLE'));
  return toAddress(host, port);
}

async function killOwnConnections({ servers, master, connectionName }: Scene): Promise<void> {
  using node = await servers.connect('node', master);
  const [list = ''] = toTexts([await node.request('CLIENT', 'LIST', 'TYPE', 'normal')]);
  const rows = list.split('\n').map((line) => parseFields(line.trim().replaceAll(' ', ',')));
  const own = rows.filter((row) => row.get('name') === connectionName).flatMap((row) => row.get('id') ?? []);
  if (own.length === 0)
    throw new Error(`no connection at ${formatAddress(master)} is named ${connectionName}`);
  for (const id of own) await node.request('CLIENT', 'KILL', 'ID', id);
}

async function pauseWrites({ servers, master, pauseMs }: Scene): Promise<void> {
  using node = await servers.connect('node', master);
  await node.request('CLIENT', 'PAUSE', pauseMs, 'WRITE');
}
