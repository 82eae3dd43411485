import { sameAddress, type NodeAddress } from './address.ts';
import { SwitchmasterError } from './errors.ts';
import type { MasterOptions, Resolver } from './resolver.ts';
import type { TopologySnapshot } from './snapshot.ts';
import { throwIfAborted, untilAborted } from './waiting.ts';

/** How to make and end a client of a kind that cannot be moved. */
export interface ClientFactoryOptions<Client> {
  /** Makes a client for the master at `address`, the one to dial (`mapAddress` applied). */
  readonly create: (address: NodeAddress) => Client | Promise<Client>;
  /** Ends a client whose master was left, or that the factory's own `close()` ends. What it throws is ignored. */
  readonly close: (client: Client) => unknown;
}

/**
 * A client per master: made when it is first asked for, closed when followers leave that master. From then on the next
 * one is made at the move, whether anybody asks for it or not. It is not made before, while traffic is held: a sentinel
 * that promotes a replica kills all connections to it, and not every client would come back from that.
 */
export interface ClientFactory<Client> extends AsyncDisposable {
  /**
   * The client of the current master; never one of a master that was left. Waits while there is none or
   * traffic is held. Ask for it at each use: it is a look-up as long as the master stays.
   *
   * @throws SwitchmasterError as {@link Resolver.master}; or what `create` threw.
   */
  get(options?: MasterOptions): Promise<Client>;
  /** Closes the current client. The resolver is left open. */
  close(): Promise<void>;
}

interface Made<Client> {
  readonly address: NodeAddress;
  readonly client: Promise<Client>;
  /** It can be had without waiting. */
  isReady: boolean;
}

/**
 * Leads clients that know nothing of Sentinel and cannot be moved: a fresh one per master, the old one
 * closed.
 *
 * @example
 * const clients = createClientFactory(resolver, {
 *   create: ({ host, port }) => AnyClient.connect(host, port),
 *   close: (client) => client.end(),
 * });
 * const client = await clients.get({ signal: AbortSignal.timeout(2000) });
 */
export function createClientFactory<Client>(
  resolver: Resolver,
  { create, close }: ClientFactoryOptions<Client>,
): ClientFactory<Client> {
  let current: Made<Client> | undefined;
  let closed = false;

  const end = async (made: Made<Client> | undefined): Promise<void> => {
    if (made === undefined) return;
    const client = await made.client.catch(() => undefined);
    if (client !== undefined) await close(client);
  };
  const retire = (): Promise<void> => {
    const made = current;
    current = undefined;
    // A client that cannot even be closed is gone all the same.
    return end(made).catch(() => {});
  };
  const make = (address: NodeAddress): Made<Client> => {
    const client = Promise.resolve(address).then((announced) => create(resolver.mapAddress(announced)));
    const made: Made<Client> = { address, client, isReady: false };
    const failed = (error: unknown): void => {
      if (current === made) current = undefined;
      resolver.suspect(address, error);
    };
    client.then(() => (made.isReady = true), failed);
    return made;
  };
  const unfollow = resolver.follow({
    hold() {},
    release() {},
    move: (to) => {
      const isWanted = current !== undefined;
      void retire();
      if (isWanted) current = make(to);
    },
  });
  const diagnose = (): SwitchmasterError =>
    new SwitchmasterError('TIMED_OUT', `no client for the master '${resolver.name}' within the deadline`);

  const wait = async (signal: AbortSignal | undefined): Promise<Client> => {
    for (;;) {
      if (closed) throw new SwitchmasterError('CLOSED', 'the client factory was closed');
      throwIfAborted(signal, diagnose);
      const address = await resolver.master({ signal });
      if (closed) continue;
      if (current && !sameAddress(current.address, address)) void retire();
      const made = (current ??= make(address));
      const client = await untilAborted(made.client, signal, () => {}, diagnose);
      if (current === made && !closed) return client;
    }
  };

  return {
    get({ signal } = {}) {
      // Asked for before each command, most of what it costs would be the turns of promises.
      const isWelcome = signal?.aborted !== true;
      if (isWelcome && current?.isReady && isOpen(resolver.topology, current.address)) return current.client;
      return wait(signal);
    },
    async close() {
      closed = true;
      unfollow();
      await retire();
    },
    async [Symbol.asyncDispose]() {
      await this.close();
    },
  };
}

/** Whether that is the master, and traffic flows. */
function isOpen({ phase, master, verified }: TopologySnapshot, address: NodeAddress): boolean {
  const flows = verified && (phase === 'following' || phase === 'provisional');
  return flows && master !== undefined && sameAddress(master, address);
}
