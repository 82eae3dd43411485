import { Chance } from './chance.ts';
import { VirtualClock } from './clock.ts';
import { Network } from './network.ts';
import { RedisNode } from './redis-node.ts';
import { masterName, Sentinel } from './sentinel.ts';
import { Story } from './story.ts';
import { timings } from './timings.ts';

export interface Size {
  readonly nodes: number;
  readonly sentinels: number;
}

/** The step of a failover at which something happens to somebody. */
export interface Ambush {
  readonly channel: string;
  readonly strike: (leader: Sentinel) => void;
}

/** A small world: nodes A, B, …, of which A starts as the master, and sentinels s1, s2, … that watch them. */
export class Deployment {
  readonly clock: VirtualClock = new VirtualClock();
  readonly chance: Chance;
  readonly network: Network;
  readonly nodes: readonly RedisNode[];
  readonly sentinels: readonly Sentinel[];
  readonly story: Story | undefined;
  readonly #ambushes: Ambush[] = [];
  #calm = false;

  constructor(size: Size, seed: number, told: boolean) {
    this.chance = new Chance(seed);
    this.network = new Network(this.clock, this.chance);
    this.story = told ? new Story(this.clock) : undefined;
    const names = ['A', 'B', 'C', 'D'].slice(0, size.nodes);
    const master = 'A';
    this.nodes = names.map((name) => new RedisNode(name, name === master ? undefined : master));
    this.sentinels = Array.from(
      { length: size.sentinels },
      (_, index) => new Sentinel(this, `s${index + 1}`, master, 2),
    );
    for (const sentinel of this.sentinels) {
      sentinel.know(
        names,
        this.sentinels.map(({ name }) => name),
      );
      this.clock.after(this.chance.between(0, timings.tickMs), () =>
        this.clock.every(timings.tickMs, () => sentinel.tick()),
      );
    }
  }

  node(name: string): RedisNode | undefined {
    return this.nodes.find((node) => node.name === name);
  }

  sentinel(name: string): Sentinel | undefined {
    return this.sentinels.find((sentinel) => sentinel.name === name);
  }

  /** Whether both sentinels hear of each other through this node's channels. */
  carries(from: Sentinel, node: string, to: Sentinel): boolean {
    const { network } = this;
    const isUp = this.node(node)?.state === 'up';
    return isUp && network.isOpen(from.name, node) && network.isOpen(to.name, node);
  }

  /** The end of a turn: followers that were added follow from then on. */
  turn(): Promise<void> {
    return Promise.resolve();
  }

  /** Strikes once, at the next event on this channel. */
  lie(ambush: Ambush): void {
    this.#ambushes.push(ambush);
  }

  /** A sentinel has published something. */
  heard(sentinel: Sentinel, channel: string): void {
    const index = this.#ambushes.findIndex((ambush) => ambush.channel === channel);
    const [ambush] = index < 0 ? [] : this.#ambushes.splice(index, 1);
    // It has been heard by then: the way of an event and what comes after it are told apart.
    if (ambush === undefined) return;
    this.clock.after(this.chance.between(0, 30), () => {
      if (!this.#calm) ambush.strike(sentinel);
    });
  }

  /** No more faults: everything runs, and reaches everything. */
  calm(): void {
    this.#calm = true;
    this.#ambushes.length = 0;
    this.network.heal();
    for (const node of this.nodes) {
      node.thaw();
      node.restart(false);
    }
    for (const sentinel of this.sentinels) {
      sentinel.thaw();
      sentinel.restart(0);
    }
    this.story?.tell('-', 'the faults stop');
  }

  /** The master that all sentinels name, with no failover under way, and that is one. */
  agreedMaster(): string | undefined {
    const [first, ...others] = this.sentinels;
    const master = first?.master;
    if (master === undefined || this.node(master)?.of !== undefined) return undefined;
    if ([first, ...others].some((one) => one?.failover || one?.namedMaster !== master)) return undefined;
    return master;
  }

  /**
   * What an operator does where sentinels cannot agree by themselves (equal epochs, a demoted master without a
   * replica): one master, and all sentinels told anew.
   */
  repair(): void {
    const [first] = [...this.sentinels].sort((a, b) => b.configEpoch - a.configEpoch);
    const master = first?.master ?? 'A';
    this.story?.tell('operator', `${masterName} is ${master}: REPLICAOF, SENTINEL REMOVE and MONITOR`);
    for (const node of this.nodes) node.replicate(node.name === master ? undefined : master);
    for (const sentinel of this.sentinels) sentinel.reset(master);
  }
}
