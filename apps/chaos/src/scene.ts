import { createResolver, formatAddress, type Resolver } from '@switchmaster/core';
import {
  type Cluster,
  type ClusterNode,
  type ClusterSentinel,
  eventually,
  startCluster,
} from '@switchmaster/testing';
import { type Client, connectAll } from './clients.ts';

/** Where clients of this process come from: members have source addresses of their own. */
const clientSource = '127.0.0.1';

/** A cluster, and the clients that have to live through what is done to it. */
export class Scene implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly resolver: Resolver;
  readonly clients: readonly Client[];
  readonly #retired = new Set<ClusterSentinel>();
  #forgotten = 0;

  private constructor(cluster: Cluster, resolver: Resolver, clients: readonly Client[]) {
    this.cluster = cluster;
    this.resolver = resolver;
    this.clients = clients;
  }

  static async open(): Promise<Scene> {
    const cluster = await startCluster({
      proxied: true,
      downAfterMs: 1000,
      // Half of the time until sentinels may elect again.
      failoverTimeoutMs: 2000,
      // A node that is restarted comes back with its data; written before the reply, though not synchronised to disk.
      nodeConfig: { appendonly: 'yes', appendfsync: 'no' },
    });
    const resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels });
    const scene = new Scene(cluster, resolver, await connectAll(resolver));
    await scene.#hurrySentinels();
    return scene;
  }

  async onMaster(act: (master: ClusterNode) => unknown): Promise<void> {
    // In the middle of a fault there may be none.
    const master = await this.cluster.master(this.cluster.name, { timeoutMs: 3000 }).catch(() => undefined);
    if (master?.state === 'running') await act(master);
  }

  async onReplica(dice: number, act: (replica: ClusterNode) => unknown): Promise<void> {
    const replicas = await this.cluster.replicas().catch(() => []);
    const running = replicas.filter(({ state }) => state === 'running');
    const replica = running[dice % Math.max(1, running.length)];
    if (replica) await act(replica);
  }

  /** Never the last two: nobody could be elected, and everything would wait for the end of the episode. */
  async onSentinel(dice: number, act: (sentinel: ClusterSentinel) => unknown): Promise<void> {
    const running = this.cluster.sentinelHandles.filter(({ state }) => state === 'running');
    const sentinel = running[dice % running.length];
    if (sentinel && running.length > 2) await act(sentinel);
  }

  kill(member: ClusterNode | ClusterSentinel): Promise<void> {
    return this.cluster.kill(member);
  }

  freeze(node: ClusterNode): Promise<void> {
    return this.cluster.freeze(node);
  }

  strand(node: ClusterNode): void {
    this.cluster.proxy(node).strand((source) => source === clientSource);
  }

  /** One sentinel goes for good, and a new one comes at another address. */
  async replaceSentinel(dice: number): Promise<void> {
    await this.onSentinel(dice, async (sentinel) => {
      await this.cluster.kill(sentinel);
      this.#retired.add(sentinel);
      await this.cluster.addSentinel();
    });
  }

  /** `SENTINEL RESET`: they forget everybody but the master, and learn anew. */
  async resetSentinels(): Promise<void> {
    const running = this.cluster.sentinelHandles.filter(({ state }) => state === 'running');
    await Promise.all(running.map((sentinel) => sentinel.command('SENTINEL', 'RESET', '*')));
  }

  /** Everything runs again and is connected, and the failovers are over. */
  async mend(): Promise<ClusterNode> {
    const { cluster } = this;
    await cluster.heal();
    for (const node of cluster.nodes) {
      const proxy = cluster.proxy(node);
      proxy.delayMs = 0;
      proxy.throttle = undefined;
      if (node.state === 'frozen') await cluster.thaw(node);
      if (node.state === 'stopped') await cluster.restart(node);
    }
    for (const sentinel of cluster.sentinelHandles)
      if (sentinel.state === 'stopped' && !this.#retired.has(sentinel)) await cluster.startSentinel(sentinel);
    await this.#hurrySentinels();
    if (this.#retired.size > this.#forgotten) await this.#forgetRetired();
    return await cluster.settled(cluster.name, { timeoutMs: 60_000 });
  }

  /** The resolver and the sentinels are of one mind. */
  async agree(master: ClusterNode): Promise<void> {
    await eventually(
      () => {
        const seen = this.resolver.topology.master;
        if (!seen || formatAddress(seen) !== master.address)
          throw new Error(
            `the resolver is at ${seen ? formatAddress(seen) : 'nobody'}, not at ${master.address}`,
          );
      },
      { timeoutMs: 30_000, what: 'the resolver to be on the sentinels’ master' },
    );
  }

  /** Otherwise each of them would count for ever, and no majority be left one day. */
  async #forgetRetired(): Promise<void> {
    this.#forgotten = this.#retired.size;
    await this.cluster.settled(this.cluster.name, { timeoutMs: 60_000 });
    await this.cluster.resetSentinels();
  }

  /** They demote an old master some periods later: after about three seconds instead of ten. */
  async #hurrySentinels(): Promise<void> {
    const running = this.cluster.sentinelHandles.filter(({ state }) => state === 'running');
    const periods = ['PUBLISH-PERIOD', 500, 'INFO-PERIOD', 1000];
    await Promise.all(running.map((sentinel) => sentinel.command('SENTINEL', 'DEBUG', ...periods)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.clients.map((client) => client.close()));
    await this.resolver.close();
    await this.cluster.stop();
  }
}
