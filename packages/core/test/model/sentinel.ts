import type { NodeAddress } from '../../src/address.ts';
import type { Report } from '../../src/sentinel-messages.ts';
import type { Deployment } from './deployment.ts';
import { Failover } from './failover.ts';
import { nodePort } from './redis-node.ts';
import { timings } from './timings.ts';
import { WatchedNodes } from './watched-nodes.ts';

export const masterName = 'mymaster';
export const sentinelPort = 26379;

/** What a sentinel keeps in its configuration file. */
interface Configuration {
  readonly master: string;
  readonly configEpoch: number;
  readonly currentEpoch: number;
  readonly vote: Vote | undefined;
  readonly nodes: readonly string[];
  readonly peers: readonly string[];
}

export interface Vote {
  readonly leader: string;
  readonly epoch: number;
}

/** Another sentinel, and its last answer to `IS-MASTER-DOWN-BY-ADDR`. */
interface Peer {
  down: boolean;
  vote: Vote | undefined;
  answeredAt: number;
}

interface Hello {
  readonly from: string;
  readonly currentEpoch: number;
  readonly master: string;
  readonly configEpoch: number;
}

/** A subscribed client. */
export type Subscriber = (channel: string, payload: string) => void;

/** A sentinel after `sentinel.c`: pings, INFO, votes, hellos; the failover that it leads is in `Failover`. */
export class Sentinel {
  readonly name: string;
  readonly address: NodeAddress;
  readonly world: Deployment;
  readonly quorum: number;
  state: 'up' | 'frozen' | 'down' = 'up';
  /** Counts its processes: who was connected to an earlier one is not any more. */
  process = 1;
  master: string;
  configEpoch = 1;
  currentEpoch = 1;
  vote: Vote | undefined;
  failover: Failover | undefined;
  /** When it last began a failover, or voted for another's; both mean to wait with the next one. */
  triedAt: number = -Infinity;
  #odown = false;
  #askedAt = 0;
  #helloAt = 0;
  #tickedAt = 0;
  #tiltUntil = 0;
  readonly nodes: WatchedNodes;
  readonly peers: Map<string, Peer> = new Map<string, Peer>();
  readonly subscribers: Set<Subscriber> = new Set<Subscriber>();
  readonly #files: Configuration[] = [];

  constructor(world: Deployment, name: string, master: string, quorum: number) {
    this.world = world;
    this.name = name;
    this.address = Object.freeze({ host: name, port: sentinelPort });
    this.master = master;
    this.quorum = quorum;
    this.nodes = new WatchedNodes(this);
  }

  get now(): number {
    return this.world.clock.now;
  }

  /** `GET-MASTER-ADDR-BY-NAME`: the leader names the promoted replica as soon as it knows of the promotion. */
  get namedMaster(): string {
    return this.failover?.isPromoted ? this.failover.candidate : this.master;
  }

  know(nodes: readonly string[], peers: readonly string[]): void {
    for (const node of nodes) this.nodes.meet(node);
    for (const peer of peers) if (peer !== this.name) this.#meetPeer(peer);
    this.save();
  }

  /** It writes its configuration at each change, before it acts on it. */
  save(): void {
    const { master, configEpoch, currentEpoch, vote } = this;
    const [nodes, peers] = [this.nodes.names(), [...this.peers.keys()]];
    this.#files.push({ master, configEpoch, currentEpoch, vote, nodes, peers });
  }

  publish(channel: string, payload: string): void {
    this.world.story?.tell(this.name, `${channel} ${payload}`);
    for (const subscriber of [...this.subscribers]) subscriber(channel, payload);
    this.world.heard(this, channel);
  }

  crash(): void {
    this.state = 'down';
    this.process += 1;
    this.failover = undefined;
    this.subscribers.clear();
  }

  /** With the configuration that it last wrote, or with one from a backup. */
  restart(ageOfFile: number): void {
    if (this.state !== 'down') return;
    const file = this.#files[Math.max(0, this.#files.length - 1 - ageOfFile)];
    if (file === undefined) return;
    Object.assign(this, { master: file.master, configEpoch: file.configEpoch, vote: file.vote });
    Object.assign(this, { currentEpoch: file.currentEpoch, state: 'up', triedAt: -Infinity });
    this.#odown = false;
    this.#tickedAt = this.now;
    this.nodes.clear();
    this.peers.clear();
    this.know(file.nodes, file.peers);
  }

  freeze(): void {
    if (this.state === 'up') this.state = 'frozen';
  }

  thaw(): void {
    if (this.state === 'frozen') this.state = 'up';
  }

  /** `SENTINEL RESET`, and with `to` what is as common: `REMOVE` and `MONITOR`, which start at epoch 0. */
  reset(to: string | undefined): void {
    if (this.state !== 'up') return;
    this.failover = undefined;
    this.peers.clear();
    this.nodes.clear();
    this.vote = undefined;
    if (to !== undefined) {
      this.master = to;
      this.configEpoch = 0;
    }
    this.nodes.meet(this.master);
    this.save();
    this.publish(to === undefined ? '+reset-master' : '+monitor', this.masterText());
  }

  /** `SENTINEL FAILOVER`: without a vote, whatever the others do. */
  forceFailover(): void {
    if (this.state !== 'up' || this.failover || this.nodes.goodReplicas().length === 0) return;
    this.#startFailover(true);
  }

  tick(): void {
    if (this.state !== 'up') return;
    // A clock that jumped is a reason to distrust oneself.
    if (this.now - this.#tickedAt > timings.tiltAfterMs) this.#tiltUntil = this.now + timings.tiltMs;
    this.#tickedAt = this.now;
    this.nodes.look(this.#odown || this.failover !== undefined, this.now >= this.#tiltUntil);
    if (this.now - this.#helloAt >= timings.helloMs) this.sayHello();
    if (this.now < this.#tiltUntil) return;
    this.#judgeMaster();
    this.failover?.advance();
  }

  sayHello(): void {
    this.#helloAt = this.now;
    const { name, currentEpoch, namedMaster, configEpoch } = this;
    const hello: Hello = { from: name, currentEpoch, master: namedMaster, configEpoch };
    for (const other of this.world.sentinels) {
      // Hellos go through the nodes' channels.
      const carried = this.nodes.names().some((node) => this.world.carries(this, node, other));
      if (other !== this && carried) this.world.network.send(name, other.name, () => other.hear(hello));
    }
  }

  hear({ from, currentEpoch, master, configEpoch }: Hello): void {
    if (this.state !== 'up') return;
    if (!this.peers.has(from)) {
      this.#meetPeer(from);
      this.publish(
        '+sentinel',
        `sentinel ${from} ${from} ${sentinelPort} @ ${masterName} ${this.master} ${nodePort}`,
      );
    }
    this.currentEpoch = Math.max(this.currentEpoch, currentEpoch);
    if (configEpoch <= this.configEpoch) return;
    this.configEpoch = configEpoch;
    if (master === this.master) this.save();
    else this.switchTo(master);
  }

  switchTo(master: string): void {
    const from = this.master;
    this.publish('+switch-master', `${masterName} ${from} ${nodePort} ${master} ${nodePort}`);
    this.master = master;
    this.failover = undefined;
    this.#odown = false;
    const nodes = [...this.nodes.names(), from, master];
    this.nodes.clear();
    for (const node of nodes) this.nodes.meet(node);
    this.save();
  }

  /** The answer to `IS-MASTER-DOWN-BY-ADDR`, with a vote where one is asked for. */
  ask(master: string, forLeader: Vote | undefined): Pick<Peer, 'down' | 'vote'> {
    const down = master === this.master && this.nodes.isDown(master);
    return { down, vote: forLeader ? this.castVote(forLeader) : undefined };
  }

  castVote({ leader, epoch }: Vote): Vote | undefined {
    this.currentEpoch = Math.max(this.currentEpoch, epoch);
    if ((this.vote?.epoch ?? 0) < epoch && this.currentEpoch <= epoch) {
      this.vote = { leader, epoch: this.currentEpoch };
      if (leader !== this.name) this.triedAt = this.now + this.world.chance.between(0, timings.desyncMs);
      this.save();
    }
    return this.vote;
  }

  askPeers(): void {
    this.#askedAt = this.now;
    const forLeader = this.failover && { leader: this.name, epoch: this.currentEpoch };
    const { master } = this;
    for (const name of this.peers.keys()) {
      const other = this.world.sentinel(name);
      this.world.network.send(this.name, name, () => {
        if (other?.state !== 'up') return;
        const answer = other.ask(master, forLeader);
        this.world.network.send(name, this.name, () => {
          Object.assign(this.peers.get(name) ?? {}, answer, { answeredAt: this.now });
        });
      });
    }
  }

  report(): Report {
    const { failover } = this;
    const stage = failover?.stage;
    return {
      master: { host: this.namedMaster, port: nodePort },
      configEpoch: this.configEpoch,
      leading: failover !== undefined,
      failover: stage && failover && { stage, candidate: { host: failover.candidate, port: nodePort } },
      replicas: [],
      undemoted: [],
      peers: [...this.peers.keys()].map((id) => ({ id, address: { host: id, port: sentinelPort } })),
    };
  }

  masterText(): string {
    return `master ${masterName} ${this.master} ${nodePort}`;
  }

  replicaText(name: string): string {
    return `slave ${name}:${nodePort} ${name} ${nodePort} @ ${masterName} ${this.master} ${nodePort}`;
  }

  #meetPeer(name: string): void {
    this.peers.set(name, { down: false, vote: undefined, answeredAt: -Infinity });
  }

  #judgeMaster(): void {
    const down = this.nodes.isDown(this.master);
    if (down && this.now - this.#askedAt >= timings.askMs) this.askPeers();
    const agreeing = [...this.peers.values()].filter(
      (peer) => peer.down && this.now - peer.answeredAt <= 5 * timings.askMs,
    );
    const odown = down && agreeing.length + 1 >= this.quorum;
    if (odown !== this.#odown) {
      this.#odown = odown;
      const detail = odown ? ` #quorum ${agreeing.length + 1}/${this.quorum}` : '';
      this.publish(odown ? '+odown' : '-odown', `${this.masterText()}${detail}`);
    }
    const mayTry = this.now - this.triedAt >= 2 * timings.failoverTimeoutMs;
    if (odown && mayTry && this.failover === undefined) this.#startFailover(false);
  }

  #startFailover(forced: boolean): void {
    this.currentEpoch += 1;
    this.triedAt = this.now + this.world.chance.between(0, timings.desyncMs);
    this.failover = new Failover(this, forced);
    this.save();
    this.publish('+try-failover', this.masterText());
    this.askPeers();
  }
}
