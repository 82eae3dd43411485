import { createResolver, type NodeAddress, type Resolver, type Servers } from '@switchmaster/core';
import type { ConnectionOptions } from '../connection-options.ts';
import { toNumber, toRow } from '../replies.ts';

/** What a fault is done to. */
export interface Scene extends AsyncDisposable {
  readonly name: string;
  readonly servers: Servers;
  readonly resolver: Resolver;
  /** The master when the drill began. */
  readonly master: NodeAddress;
  /** What each connection of the drill is named. */
  readonly connectionName: string;
  /** For `pause`. */
  readonly pauseMs: number;
  /** After how much silence the sentinels take the master for down. */
  readonly downAfterMs: number;
}

export async function openScene(
  deployment: ConnectionOptions,
  servers: Servers,
  rest: Pick<Scene, 'connectionName' | 'pauseMs'>,
): Promise<Scene> {
  const resolver = createResolver(deployment);
  const close = (): Promise<void> => resolver.close();
  try {
    const master = await resolver.master({ signal: AbortSignal.timeout(10_000) });
    const downAfterMs = await askDownAfter(servers, resolver);
    const { name } = servers;
    return { name, servers, resolver, master, downAfterMs, ...rest, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function askDownAfter(servers: Servers, { topology }: Resolver): Promise<number> {
  const connected = topology.sentinels.filter(({ state }) => state === 'connected');
  const asked = connected.map(async (address) => {
    using sentinel = await servers.connect('sentinel', address);
    const row = toRow(await sentinel.request('SENTINEL', 'MASTER', servers.name));
    return toNumber(row.get('down-after-milliseconds')) ?? Infinity;
  });
  const answers = await Promise.allSettled(asked);
  return Math.min(...answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])));
}
