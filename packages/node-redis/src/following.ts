import {
  isResolver,
  ResolverLease,
  SwitchmasterError,
  type Resolver,
  type ResolverOptions,
} from '@switchmaster/core';
import { Gate, gateOf, type Pausable } from './gate.ts';
import { Sockets, type SocketOptions } from './sockets.ts';

export type { ReconnectStrategy, SocketOptions } from './sockets.ts';

/** What the resolver decides, and no client may. */
type Decided = 'url' | 'socket' | `maint${string}`;

/** The client's own options, without those that say where to connect. */
export type FollowingOptions<Own> = Omit<Own, Extract<keyof Own, Decided>> & {
  readonly socket?: SocketOptions | undefined;
  /** `replica` reads from a healthy replica, and from the master while there is none. Default: `master`. */
  readonly role?: 'master' | 'replica' | undefined;
};

/** What is used of the options of a client. */
interface Options {
  readonly role?: 'master' | 'replica' | undefined;
  readonly socket?: (SocketOptions & Partial<Record<'host' | 'port' | 'path' | 'tls', unknown>>) | undefined;
  readonly url?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** What is used of a client, in versions 5 and 6. */
interface Client extends Pausable {
  readonly _self: Client;
  readonly options: Options | undefined;
  readonly duplicate: (this: Client, overrides: object) => Client;
  readonly close: (this: Client) => Promise<void>;
}

interface Pool {
  on(event: 'error', listener: () => void): unknown;
  readonly _self: Pool;
  readonly execute: (this: Pool, run: (client: Client) => unknown) => Promise<unknown>;
  readonly destroy: (this: Pool) => void;
}

/** `redis`, or `@redis/client`. */
export interface Library {
  createClient(options: never): unknown;
  createClientPool(options: never, poolOptions: never): unknown;
}

export function createFollowing(
  library: Library,
  source: Resolver | ResolverOptions,
  options: Options = {},
): unknown {
  const start = begin(library, source, options);
  return follow(start, options, (all) => library.createClient(all as never) as Client);
}

export function createFollowingPool(
  library: Library,
  source: Resolver | ResolverOptions,
  options: Options = {},
  poolOptions: object = {},
): unknown {
  return followPool(begin(library, source, options), options, poolOptions);
}

/** Long enough for a client that is about to try again. One that tries later makes a resolver of its own. */
const graceMs = 1000;

/** What a client shares with its duplicates and pools. */
interface Start {
  readonly library: Library;
  readonly lease: ResolverLease;
  readonly role: 'master' | 'replica';
  readonly socket: SocketOptions | undefined;
}

function begin(library: Library, source: Resolver | ResolverOptions, options: Options): Start {
  const { role = 'master', socket, url } = options;
  const { tls, host, port, path } = { ...socket };
  if ((url ?? tls ?? host ?? port ?? path) !== undefined) {
    throw new SwitchmasterError(
      'INVALID_OPTION',
      'the resolver knows where and how to connect: leave out `url` and `socket.host`, `port`, `path` and `tls`; ' +
        'TLS is the option `node: { tls }` of the resolver',
    );
  }
  const lease = new ResolverLease(withNode(source, options), { graceMs });
  return { library, lease, role, socket };
}

/** Credentials that were given to the client need not be given again for the resolver's own questions. */
function withNode(source: Resolver | ResolverOptions, { username, password }: Options): typeof source {
  return isResolver(source) || source.node ? source : { ...source, node: { username, password } };
}

function follow(start: Start, options: Options, create: (options: object) => Client): Client {
  const { sockets, all } = withSockets(start, options);
  const client = create(all);
  sockets.isGated = new Gate(client, start.role, start.lease).isAble;
  const { _self: self } = client;
  Object.assign(self, extensions, { [startOf]: start, [socketsOf]: sockets });
  client.on('end', ended);
  return client;
}

const startOf: unique symbol = Symbol('switchmaster.start');
const socketsOf: unique symbol = Symbol('switchmaster.sockets');

interface Following extends Client {
  readonly [startOf]: Start;
  readonly [socketsOf]: Sockets;
  readonly [gateOf]: Gate;
}

function ended(this: Client): void {
  (this as Following)[socketsOf].destroy();
}

/** In place of the client's own methods, and of those of views such as `withTypeMapping()`, which inherit them. */
const extensions = {
  duplicate(this: Following, overrides: Options = {}): Client {
    const { duplicate } = ownOf(this);
    return follow(this[startOf], overrides, (all) => duplicate.call(this, all));
  },
  createPool(this: Following, poolOptions: object = {}): Pool {
    return followPool(this[startOf], { ...this.options, socket: undefined }, poolOptions);
  },
  close(this: Following): Promise<void> {
    const { close } = ownOf(this);
    // What it waits for never comes once the connection is lost, and there will be no other.
    return Promise.race([close.call(this), this[gateOf].lostAtClose()]);
  },
};

/** The methods as node-redis has them. */
function ownOf({ _self: self }: Client): Client {
  return Object.getPrototypeOf(self) as Client;
}

function followPool(start: Start, options: Options, poolOptions: object): Pool {
  const { sockets, all } = withSockets(start, options);
  const pool = start.library.createClientPool(all as never, poolOptions as never) as Pool;
  // As of a client: an error that nobody listens to ends no process.
  pool.on('error', () => {});
  const gate = (client: Client): Client => {
    const { isAble } = client[gateOf] ?? new Gate(client, start.role, start.lease);
    sockets.isGated = isAble;
    return client;
  };
  const { _self: self, execute, destroy } = pool;
  Object.assign(self, {
    // A pool shows its clients to those who borrow them, and nobody writes with one before.
    execute: (run: (client: Client) => unknown) => execute.call(pool, (client) => run(gate(client))),
    destroy: () => {
      destroy.call(pool);
      sockets.destroy();
    },
  });
  return pool;
}

function withSockets(start: Start, options: Options): { sockets: Sockets; all: object } {
  const socket = { ...start.socket, ...options.socket };
  const { connectTimeout: timeoutMs = 5000 } = socket;
  const sockets = new Sockets(start.lease, { role: start.role, timeoutMs });
  // node-redis' own maintenance would look up the host, and move the client by itself.
  const decided = { role: undefined, maintNotifications: 'disabled', socket: sockets.options(socket) };
  return { sockets, all: { ...options, ...decided } };
}
