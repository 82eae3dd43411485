import type { Cluster, Member } from '@switchmaster/testing';
import type { ProcessState } from '../page/messages.ts';

/** What is known of a server without asking it. */
export interface ServerState {
  readonly address: string;
  readonly state: ProcessState;
  readonly isolated: boolean;
}

/** The cluster that is broken on purpose, and what has been done to it. */
export class TestBed {
  readonly cluster: Cluster;
  readonly #isolated = new Set<string>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  get nodes(): readonly ServerState[] {
    return this.cluster.nodes.map((node) => this.#stateOf(node));
  }

  get sentinels(): readonly ServerState[] {
    return this.cluster.sentinelHandles.map((sentinel) => this.#stateOf(sentinel));
  }

  async isolate(address: string): Promise<void> {
    this.#isolated.add(address);
    await this.cluster.isolate(address);
  }

  async heal(): Promise<void> {
    await this.cluster.heal();
    this.#isolated.clear();
  }

  /** Whether no failover is under way, the sentinels agree, and every node in reach replicates the master. */
  async isSettled(): Promise<boolean> {
    try {
      const { address } = await this.cluster.settled(undefined, { timeoutMs: 0 });
      return !this.#isolated.has(address);
    } catch {
      return false;
    }
  }

  #stateOf({ address, state }: Member): ServerState {
    return { address, state: state === 'stopped' ? 'dead' : state, isolated: this.#isolated.has(address) };
  }
}
