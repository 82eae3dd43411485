import type { Address } from './address.ts';
import type { Place } from './member.ts';
import type { Reservations } from './ports.ts';
import { type ProxyMode, TcpProxy } from './tcp-proxy.ts';

/** How members are told apart: by ports on one host, or by hosts with one port for all. */
export type Addressing = 'ports' | 'hosts';

/** Which side of a partition the clients are on. */
export type ClientSide = 'outside' | 'inside' | 'both';

/** Places that are cut off from the rest, together. */
interface Partition {
  readonly inside: ReadonlySet<Place>;
  readonly mode: ProxyMode;
  readonly clients: ClientSide;
}

// Linux answers on all of 127.0.0.0/8; elsewhere only on what was configured.
const manyLoopbacks: boolean = process.platform === 'linux';
const privateHosts = 128;

/** What of the options of a cluster is about addresses. */
export interface NetworkOptions {
  readonly addressing: Addressing;
  readonly host: string;
  readonly hostname?: string | undefined;
  readonly proxied: boolean;
}

/** Gives each member its place, and runs the proxies through which members and clients reach each other. */
export class Network {
  readonly #reservations: Reservations;
  readonly #options: NetworkOptions;
  readonly #proxies = new Map<Place, TcpProxy>();
  readonly #partitions: Partition[] = [];
  readonly #sharedPorts: Partial<Record<'node' | 'sentinel', Promise<number>>> = {};
  #prefix: string | undefined;
  #members = 0;

  constructor(reservations: Reservations, options: NetworkOptions) {
    this.#reservations = reservations;
    this.#options = options;
  }

  /** Finds a place and starts its proxy, if there are proxies. */
  async place(kind: 'node' | 'sentinel'): Promise<Place> {
    this.#members += 1;
    const number = this.#members;
    const { addressing, hostname, proxied } = this.#options;
    const open = addressing === 'hosts' ? await this.#host(kind, number) : await this.#port();
    const announce = { host: hostname ?? open.host, port: open.port };
    if (!proxied) return { announce, listen: open, source: undefined };
    const place: Place = { announce, ...(await this.#behind(number)) };
    const proxy = new TcpProxy({ to: place.listen }, (source) => this.#modeBetween(source, place));
    this.#proxies.set(place, proxy);
    await proxy.listen(open);
    return place;
  }

  /** Cuts the places inside off from the rest. `drop` resets what is open, and is silent from then on. */
  async isolate(
    inside: ReadonlySet<Place>,
    mode: 'blackhole' | 'drop' | 'refuse',
    clients: ClientSide,
  ): Promise<void> {
    const first: Partition = { inside, clients, mode: mode === 'drop' ? 'refuse' : mode };
    this.#partitions.push(first);
    await this.#refresh();
    if (mode !== 'drop') return;
    this.#partitions.splice(this.#partitions.indexOf(first), 1, { inside, clients, mode: 'blackhole' });
    await this.#refresh();
  }

  /** Ends all partitions. */
  async heal(): Promise<void> {
    this.#partitions.length = 0;
    await this.#refresh();
  }

  proxy(place: Place): TcpProxy | undefined {
    return this.#proxies.get(place);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()));
  }

  async #port(): Promise<Address> {
    const { host } = this.#options;
    return { host, port: await this.#reservations.port(host) };
  }

  async #host(kind: 'node' | 'sentinel', number: number): Promise<Address> {
    const host = this.#loopback(number);
    // Nobody else has this network, so a port that is free on one of its hosts is free on all.
    this.#sharedPorts[kind] ??= this.#reservations.port(host);
    return { host, port: await this.#sharedPorts[kind] };
  }

  /** Another port than the one that is announced, as behind a NAT. */
  async #behind(number: number): Promise<Omit<Place, 'announce'>> {
    if (!manyLoopbacks) return { listen: await this.#port(), source: undefined };
    const host = this.#loopback(privateHosts + number);
    return { listen: { host, port: await this.#reservations.port(host) }, source: host };
  }

  #loopback(number: number): string {
    this.#prefix ??= this.#reservations.network();
    return `${this.#prefix}${number}`;
  }

  async #refresh(): Promise<void> {
    const sources = ['', ...[...this.#proxies.keys()].map((place) => place.source ?? '')];
    const refresh = async ([place, proxy]: [Place, TcpProxy]): Promise<void> => {
      const others = sources.filter((source) => source === '' || source !== place.source);
      const closed = others.every((source) => this.#modeBetween(source, place) === 'refuse');
      await proxy.setMode(closed ? 'refuse' : 'pass');
    };
    await Promise.all([...this.#proxies].map(refresh));
  }

  #modeBetween(source: string, target: Place): ProxyMode {
    const from = [...this.#proxies.keys()].find((place) => place.source === source);
    const wall = this.#partitions.find((partition) => isBetween(partition, from, target));
    return wall?.mode ?? 'pass';
  }
}

function isBetween({ inside, clients }: Partition, from: Place | undefined, target: Place): boolean {
  if (from) return inside.has(from) !== inside.has(target);
  return clients !== 'both' && inside.has(target) !== (clients === 'inside');
}
