import { type Address, formatAddress } from './address.ts';
import { type ClusterOptions, type ResolvedOptions, resolveOptions } from './cluster-options.ts';
import { eventually, until } from './eventually.ts';
import { ClusterNode, ClusterSentinel, type Member } from './member.ts';
import type { ClientSide } from './network.ts';
import { Observer, type ObserverOptions } from './observer.ts';
import { type Reply, toList, toText } from './resp.ts';
import { checkSettled, checkView, currentGroup, introduce, masterAddress } from './sentinel-view.ts';
import { PortTakenError, Servers } from './servers.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** A server of a cluster: what `cluster.nodes` holds, its address, or `host:port`. */
export type MemberName = Member | Address | string;

/** How a part of a cluster is cut off. */
export interface IsolateOptions {
  /**
   * `blackhole`: connections stay open and silent. `drop`: the present ones are reset, new ones are silent. `refuse`:
   * the present ones are reset, new ones are refused. Default: `blackhole`.
   */
  readonly mode?: 'blackhole' | 'drop' | 'refuse' | undefined;
  /**
   * Where the clients are: `outside` with the rest, `inside` with the isolated ones, or `both`, when they reach
   * everybody. Default: `outside`.
   */
  readonly clients?: ClientSide | undefined;
}

/** How long to wait. */
export interface TimeoutOption {
  /** In milliseconds. */
  readonly timeoutMs?: number | undefined;
}

const startTries = 5;

/**
 * A running deployment of nodes and sentinels. Get one from {@link startCluster}.
 *
 * A method that changes something resolves when it has happened: after `kill()` the process is gone, after
 * `restart()` the node answers.
 */
export class Cluster implements AsyncDisposable {
  /** The name of the (first) master. */
  readonly name: string;
  /** The names of all masters. */
  readonly names: readonly string[];

  readonly #options: ResolvedOptions;
  readonly #servers: Servers;
  readonly #nodes: ClusterNode[];
  readonly #sentinels: ClusterSentinel[];
  readonly #observers = new Set<Observer>();
  readonly #isolated = new Set<Member>();
  #stopped: Promise<void> | undefined;

  /** @internal Use {@link startCluster}. */
  constructor(
    options: ResolvedOptions,
    servers: Servers,
    nodes: ClusterNode[],
    sentinels: ClusterSentinel[],
  ) {
    this.name = options.names[0] ?? '';
    this.names = options.names;
    this.#options = options;
    this.#servers = servers;
    this.#nodes = nodes;
    this.#sentinels = sentinels;
  }

  /** All nodes, in the order in which they were made: of each name the first master, then its replicas. */
  get nodes(): readonly ClusterNode[] {
    return this.#nodes;
  }

  /**
   * The addresses of all sentinels, to give to a client: those of the start and those that were added, whether they
   * run or not. The position is the number that `stopSentinel()` and others take.
   */
  get sentinels(): readonly Address[] {
    return this.#sentinels.map(({ host, port }) => ({ host, port }));
  }

  /** The handles of all sentinels, in the order of {@link sentinels}. */
  get sentinelHandles(): readonly ClusterSentinel[] {
    return this.#sentinels;
  }

  /** The folder with the servers' configuration and log files. It is removed by {@link stop}. */
  get folder(): string {
    return this.#servers.folder;
  }

  /**
   * The master: the node that most of the running sentinels name, once it says so itself. Waits while there is none.
   *
   * @param name Default: {@link name}.
   * @param options `timeoutMs` is enough by default for an election that has to be repeated.
   */
  async master(name: string = this.name, options: TimeoutOption = {}): Promise<ClusterNode> {
    return await eventually(() => this.#agreedMaster(name), {
      timeoutMs: options.timeoutMs ?? this.#electionMs,
      what: `a master of ${name}`,
    });
  }

  /**
   * The master once it is another node than `old`: the end of a failover.
   *
   * @param options `timeoutMs` is enough by default for an election that has to be repeated.
   *
   * @example
   * ```ts
   * const old = await cluster.master();
   * await cluster.kill(old);
   * const master = await cluster.masterAfter(old);
   * ```
   */
  async masterAfter(old: MemberName, options: TimeoutOption = {}): Promise<ClusterNode> {
    const { name, address } = this.node(old);
    return await eventually(() => this.#agreedMaster(name, address), {
      timeoutMs: options.timeoutMs ?? this.#electionMs,
      what: `a master of ${name} other than ${address}`,
    });
  }

  /**
   * The master once a failover is over in every respect: no sentinel has one in progress, all that run agree, and
   * every other node that runs replicates it. Sentinel lets an old master be for about ten seconds before it demotes
   * it, so this can take a while.
   *
   * @param name Default: {@link name}.
   * @param options `timeoutMs` defaults to 30000.
   */
  async settled(name: string = this.name, options: TimeoutOption = {}): Promise<ClusterNode> {
    return await eventually(() => this.#settledMaster(name), {
      timeoutMs: options.timeoutMs ?? 30_000,
      intervalMs: 20,
      what: `${name} to be settled`,
    });
  }

  /** The nodes of a name that are not its master now. */
  async replicas(name: string = this.name): Promise<readonly ClusterNode[]> {
    const master = await this.master(name);
    return this.#nodes.filter((node) => node.name === name && node !== master);
  }

  /** The node at an address. */
  node(which: MemberName): ClusterNode {
    const member = this.#member(which);
    if (member instanceof ClusterNode) return member;
    throw new Error(`${member.address} is a sentinel, not a node.`);
  }

  /** `SIGKILL`, for a node or a sentinel. */
  async kill(which: MemberName): Promise<void> {
    await this.#member(which).process.kill();
  }

  /** `SIGSTOP`, for a node or a sentinel: connections stay open, new ones are accepted, nothing is answered. */
  async freeze(which: MemberName): Promise<void> {
    await this.#member(which).process.freeze();
  }

  /** `SIGCONT`: ends {@link freeze}. */
  async thaw(which: MemberName): Promise<void> {
    this.#member(which).process.thaw();
  }

  /**
   * Starts a node or a sentinel again, at the same address and with the configuration that it had: a master comes
   * back as a master, until the sentinels demote it. Kills it first if it runs.
   */
  async restart(which: MemberName): Promise<void> {
    const member = this.#member(which);
    await member.process.kill();
    await this.#servers.launch(member);
  }

  /**
   * `SENTINEL FAILOVER`: a planned failover. Asks again while one is in progress or no replica is fit. Resolves when
   * a sentinel has accepted; see {@link masterAfter} for the end.
   *
   * @param name Default: {@link name}.
   * @param options `via` is the sentinel that shall lead, by default the first that runs; `timeoutMs` defaults to
   *   30000: a master that was replaced before is demoted ten seconds later, and fit only then.
   */
  async failover(
    name: string = this.name,
    options: TimeoutOption & { readonly via?: number | MemberName | undefined } = {},
  ): Promise<void> {
    const leader = options.via === undefined ? this.#reachable()[0] : this.#sentinel(options.via);
    if (!leader) throw new Error('No sentinel is running that could lead a failover.');
    const timeoutMs = options.timeoutMs ?? 30_000;
    await eventually(() => leader.command('SENTINEL', 'FAILOVER', name), {
      timeoutMs,
      intervalMs: 20,
      what: `${leader.address} to accept a failover of ${name}`,
    });
  }

  /**
   * Cuts members off from the rest of the cluster, by a partition: a node, a sentinel, or several that still reach
   * each other. Needs `proxied: true`. `cluster`'s own questions and its observers are not affected. Outside Linux
   * connections *of* an isolated member are not cut, only those *to* it.
   *
   * @example
   * ```ts
   * const master = await cluster.master();
   * await cluster.isolate([master, cluster.sentinels[0]], { clients: 'inside' });
   * await cluster.masterAfter(master); // the majority has elected another one, and the clients cannot know
   * await cluster.heal();
   * ```
   */
  async isolate(who: MemberName | readonly MemberName[], options: IsolateOptions = {}): Promise<void> {
    if (!this.#options.proxied)
      throw new Error('isolate() needs a cluster that was started with `proxied: true`.');
    const members = (isList(who) ? who : [who]).map((which) => this.#member(which));
    const { mode = 'blackhole', clients = 'outside' } = options;
    for (const member of members) this.#isolated.add(member);
    await this.#servers.network.isolate(new Set(members.map((member) => member.place)), mode, clients);
  }

  /** Ends every partition. What was held back is delivered. */
  async heal(): Promise<void> {
    this.#isolated.clear();
    await this.#servers.network.heal();
  }

  /**
   * The proxy in front of a member, to delay, drip or cut what passes. Its mode belongs to {@link isolate}. Needs
   * `proxied: true`.
   *
   * @example
   * ```ts
   * cluster.proxy(master).delayMs = 50;
   * ```
   */
  proxy(which: MemberName): TcpProxy {
    const proxy = this.#servers.network.proxy(this.#member(which).place);
    if (!proxy) throw new Error('proxy() needs a cluster that was started with `proxied: true`.');
    return proxy;
  }

  /** Kills a sentinel. */
  async stopSentinel(which: number | MemberName): Promise<void> {
    await this.#sentinel(which).process.kill();
  }

  /** Starts a stopped sentinel again, with what it knew. Resolves when it and the others see each other. */
  async startSentinel(which: number | MemberName): Promise<void> {
    const sentinel = this.#sentinel(which);
    await this.#servers.launch(sentinel);
    await this.#join(sentinel);
  }

  /** Starts one more sentinel. Resolves when it and the others know each other. */
  async addSentinel(): Promise<ClusterSentinel> {
    const [witness] = this.#reachable();
    if (!witness) throw new Error('No sentinel is running that could tell a new one about the master.');
    const { names, quorum } = this.#options;
    const groups = await Promise.all(names.map((name) => currentGroup(witness, name, quorum)));
    const sentinel = await this.#servers.sentinel(groups);
    await this.#servers.launch(sentinel);
    this.#sentinels.push(sentinel);
    for (const observer of this.#observers) observer.watchSentinel(sentinel);
    await this.#join(sentinel);
    return sentinel;
  }

  /**
   * `SENTINEL RESET *` on every running sentinel: they forget the members that are gone. Resolves when they know
   * those that run again.
   */
  async resetSentinels(): Promise<void> {
    const reachable = this.#reachable();
    // Replicas are learnt from INFO, which is due each ten seconds only.
    const setInfoPeriod = async (ms: number): Promise<void> => {
      const set = (sentinel: ClusterSentinel): Promise<Reply> =>
        sentinel.command('SENTINEL', 'DEBUG', 'INFO-PERIOD', ms);
      await Promise.allSettled(reachable.map(set));
    };
    await setInfoPeriod(100);
    try {
      await Promise.all(reachable.map((sentinel) => sentinel.command('SENTINEL', 'RESET', '*')));
      await Promise.all(reachable.map((sentinel) => this.#join(sentinel)));
    } finally {
      await setInfoPeriod(10_000);
    }
  }

  /**
   * Sends a command to a sentinel.
   *
   * @example
   * ```ts
   * await cluster.sentinelCommand(0, 'SENTINEL', 'CKQUORUM', 'mymaster');
   * ```
   */
  async sentinelCommand(which: number | MemberName, ...args: readonly (string | number)[]): Promise<Reply> {
    return await this.#sentinel(which).command(...args);
  }

  /**
   * Records what every sentinel publishes and which role every node has, past the proxies. Resolves when it listens.
   *
   * @example
   * ```ts
   * await using observer = await cluster.observe();
   * await cluster.failover();
   * const { atMs } = await observer.waitFor((seen) => seen.kind === 'event' && seen.channel === '+switch-master');
   * ```
   */
  async observe(options: ObserverOptions = {}): Promise<Observer> {
    const observer = new Observer(options, () => this.#observers.delete(observer));
    this.#observers.add(observer);
    for (const node of this.#nodes) observer.watchNode(node);
    for (const sentinel of this.#sentinels) observer.watchSentinel(sentinel);
    await observer.ready();
    return observer;
  }

  /** Kills every server, frozen ones too, closes proxies and observers and removes the folder. May be called twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** The same as {@link stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** @internal Resolves when every sentinel could lead a failover. */
  async ready(): Promise<void> {
    await this.#introduceAll(this.#sentinels);
    const checks = this.#sentinels.flatMap((sentinel) =>
      this.names.map((name) => this.#check(sentinel, name, true)),
    );
    await Promise.all(checks);
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#observers].map((observer) => observer.close()));
    await this.#servers.close();
  }

  /** Sentinels that vote each for themselves try again after twice the failover timeout. */
  get #electionMs(): number {
    const { downAfterMs, failoverTimeoutMs } = this.#options;
    return downAfterMs + 2 * failoverTimeoutMs + 20_000;
  }

  async #agreedMaster(name: string, except?: string): Promise<ClusterNode> {
    const running = this.#sentinels.filter((sentinel) => sentinel.state === 'running');
    const answers = await Promise.allSettled(running.map((sentinel) => masterAddress(sentinel, name)));
    const named = answers.flatMap((answer) =>
      answer.status === 'fulfilled' && answer.value ? [answer.value] : [],
    );
    const address = named.find((one) => named.filter((other) => other === one).length > running.length / 2);
    if (address === undefined) throw new Error(`the sentinels say [${named.join(', ')}]`);
    // Not asked for its role: a frozen one would keep us waiting.
    if (address === except) throw new Error(`the sentinels still say ${address}`);
    const node = this.node(address);
    const role = toText(toList(await node.ask('ROLE'))[0]);
    if (role !== 'master') throw new Error(`the sentinels say ${address}, which says that it is a ${role}`);
    return node;
  }

  async #settledMaster(name: string): Promise<ClusterNode> {
    const master = await this.#agreedMaster(name);
    for (const sentinel of this.#reachable()) await checkSettled(sentinel, name, master.address);
    const others = this.#nodes.filter(
      (node) => node.name === name && node !== master && this.#isReachable(node),
    );
    for (const node of others) {
      const said = toList(await node.ask('ROLE'))
        .slice(0, 4)
        .map(toText)
        .join(' ');
      if (said !== `slave ${master.host} ${master.port} connected`) {
        throw new Error(`${node.address} says that it is ${said}`);
      }
    }
    return master;
  }

  async #join(sentinel: ClusterSentinel): Promise<void> {
    const others = this.#reachable().filter((other) => other !== sentinel);
    await this.#introduceAll([sentinel, ...others], sentinel);
    const everybody = [sentinel, ...others];
    await Promise.all(everybody.flatMap((one) => this.names.map((name) => this.#check(one, name, false))));
  }

  /** Makes all pairs of `sentinels` known to each other, or those of which `newcomer` is one. */
  async #introduceAll(sentinels: readonly ClusterSentinel[], newcomer?: ClusterSentinel): Promise<void> {
    const pairs = sentinels.flatMap((one) => sentinels.map((other) => [one, other] as const));
    const wanted = pairs.filter(
      ([one, other]) => one !== other && (!newcomer || one === newcomer || other === newcomer),
    );
    await Promise.all(
      wanted.flatMap(([one, other]) => this.names.map((name) => introduce(one, other, name))),
    );
  }

  async #check(sentinel: ClusterSentinel, name: string, healthy: boolean): Promise<void> {
    const { startTimeoutMs } = this.#options;
    const expectation = async (): Promise<void> => {
      const master = await masterAddress(sentinel, name);
      const all = this.#nodes.filter((node) => node.name === name && node.address !== master);
      const replicas = healthy ? all : await this.#replicasOf(master, name);
      const others = this.#reachable().filter((other) => other !== sentinel);
      await checkView(sentinel, { name, replicas, others, healthy });
    };
    await eventually(expectation, { timeoutMs: startTimeoutMs, what: 'the sentinels to know everybody' });
  }

  /** Those that are up and replicate this master: an old one that came back is not known to be a replica yet. */
  async #replicasOf(address: string | undefined, name: string): Promise<ClusterNode[]> {
    const master = this.#nodes.find((node) => node.address === address);
    if (!master || !this.#isReachable(master)) return [];
    const listed = toList(toList(await master.command('ROLE'))[2] ?? null).map((row) => {
      const [host, port] = toList(row);
      return formatAddress({ host: toText(host), port: Number(port) });
    });
    const replicas = new Set(listed);
    return this.#nodes.filter(
      (node) => node.name === name && replicas.has(node.address) && this.#isReachable(node),
    );
  }

  #reachable(): ClusterSentinel[] {
    return this.#sentinels.filter((sentinel) => this.#isReachable(sentinel));
  }

  #isReachable(member: Member): boolean {
    return member.state === 'running' && !this.#isolated.has(member);
  }

  #sentinel(which: number | MemberName): ClusterSentinel {
    const member = typeof which === 'number' ? this.#sentinels[which] : this.#member(which);
    if (member instanceof ClusterSentinel) return member;
    throw new Error(
      `There is no sentinel ${typeof which === 'number' ? which : this.#member(which).address}.`,
    );
  }

  #member(which: MemberName): Member {
    const address = typeof which === 'string' ? which : formatAddress(which);
    const member = [...this.#nodes, ...this.#sentinels].find((one) => one.address === address);
    if (!member) throw new Error(`${address} is not a member of this cluster.`);
    return member;
  }
}

/**
 * Starts real servers on free ports in a temporary folder, and resolves when a failover would work.
 *
 * A sentinel tries a lost connection again once a second, so what is killed in the first second is noticed up to a
 * second late. Who measures that waits a little first.
 *
 * @throws with advice when no server is installed, and with the server's log when one does not start
 *
 * @example
 * ```ts
 * await using cluster = await startCluster({ replicas: 2, sentinels: 3 });
 * const old = await cluster.master();
 * await cluster.kill(old);
 * const master = await cluster.masterAfter(old);
 * ```
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const resolved = resolveOptions(options);
  for (let tries = 1; ; tries++) {
    const servers = new Servers(resolved);
    try {
      return await start(resolved, servers);
    } catch (error) {
      await servers.close();
      if (!isPortTaken(error) || tries === startTries) throw error;
    }
  }
}

async function start(options: ResolvedOptions, servers: Servers): Promise<Cluster> {
  const groups = await Promise.all(options.names.map((name) => startGroup(name, options, servers)));
  const monitored = groups.map(({ name, master, replicas }) => ({
    name,
    master,
    replicas,
    quorum: options.quorum,
    epoch: 0,
  }));
  const sentinels = await Promise.all(
    Array.from({ length: options.sentinels }, () => servers.sentinel(monitored)),
  );
  await Promise.all(sentinels.map((sentinel) => servers.launch(sentinel)));
  const nodes = groups.flatMap(({ master, replicas }) => [master, ...replicas]);
  const cluster = new Cluster(options, servers, nodes, sentinels);
  await cluster.ready();
  return cluster;
}

interface Group {
  readonly name: string;
  readonly master: ClusterNode;
  readonly replicas: readonly ClusterNode[];
}

async function startGroup(name: string, options: ResolvedOptions, servers: Servers): Promise<Group> {
  const master = await servers.node(name);
  await servers.launch(master);
  const replicas = await Promise.all(
    Array.from({ length: options.replicas }, () => servers.node(name, master)),
  );
  await Promise.all(replicas.map((replica) => servers.launch(replica)));
  // Sentinels come after the replication is up, so that their first INFO shows all of it.
  await Promise.all(replicas.map((replica) => replicates(replica, options.startTimeoutMs)));
  return { name, master, replicas };
}

async function replicates(replica: ClusterNode, timeoutMs: number): Promise<void> {
  using client = await replica.client();
  const connected = async (): Promise<boolean> => {
    return toList(await client.command('ROLE'))[3] === 'connected';
  };
  await until(connected, { timeoutMs, intervalMs: 3, what: `${replica.address} to replicate` });
}

function isPortTaken(error: unknown): boolean {
  return error instanceof PortTakenError || (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

function isList(who: MemberName | readonly MemberName[]): who is readonly MemberName[] {
  return Array.isArray(who);
}
