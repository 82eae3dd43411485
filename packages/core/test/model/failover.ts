import type { FailoverStage } from '../../src/sentinel-messages.ts';
import { majorityOf } from '../../src/consensus.ts';
import type { Sentinel } from './sentinel.ts';
import { timings } from './timings.ts';

type State =
  | 'wait_start'
  | 'select_slave'
  | 'send_slaveof_noone'
  | 'wait_promotion'
  | 'reconf_slaves'
  | 'update_config';

const stages: Readonly<Partial<Record<State, FailoverStage>>> = {
  send_slaveof_noone: 'promoting',
  wait_promotion: 'waiting',
  reconf_slaves: 'promoted',
  update_config: 'promoted',
};

/** A failover as its leader goes through it, a state at each tick. */
export class Failover {
  readonly #sentinel: Sentinel;
  readonly #forced: boolean;
  readonly #epoch: number;
  #state: State = 'wait_start';
  #since: number;
  #candidate: string | undefined;
  readonly #told = new Map<string, number>();

  constructor(sentinel: Sentinel, forced: boolean) {
    this.#sentinel = sentinel;
    this.#forced = forced;
    this.#epoch = sentinel.currentEpoch;
    this.#since = sentinel.now;
  }

  get candidate(): string {
    return this.#candidate ?? '';
  }

  get isPromoted(): boolean {
    return this.#state === 'reconf_slaves' || this.#state === 'update_config';
  }

  get stage(): FailoverStage | undefined {
    return stages[this.#state];
  }

  advance(): void {
    switch (this.#state) {
      case 'wait_start':
        return this.#awaitElection();
      case 'select_slave':
        return this.#select();
      case 'send_slaveof_noone':
        return this.#promote();
      case 'wait_promotion':
        return this.#isOverdue() ? this.#abort('-failover-abort-slave-timeout') : undefined;
      case 'reconf_slaves':
        return this.#reconfigure();
      case 'update_config':
        return this.#sentinel.switchTo(this.candidate);
    }
  }

  /** `INFO` of the candidate says master: from here on it is the master under the new config epoch. */
  sawPromotion(): void {
    if (this.#state !== 'wait_promotion') return;
    const { candidate } = this;
    this.#sentinel.configEpoch = this.#epoch;
    this.#sentinel.save();
    this.#enter('reconf_slaves');
    this.#sentinel.publish('+promoted-slave', this.#sentinel.replicaText(candidate));
    // Whoever listens may have ended this sentinel.
    if (this.#sentinel.failover === this) this.#sentinel.sayHello();
  }

  #awaitElection(): void {
    const sentinel = this.#sentinel;
    if (!this.#forced && this.#leader() !== sentinel.name) {
      const waited = sentinel.now - sentinel.triedAt;
      if (waited > timings.electionMs) return this.#abort('-failover-abort-not-elected');
      return waited % timings.askMs < timings.tickMs ? sentinel.askPeers() : undefined;
    }
    this.#enter('select_slave');
    sentinel.publish('+elected-leader', sentinel.masterText());
  }

  /** Who has a majority of all known sentinels, and the quorum, for the failover's epoch. */
  #leader(): string | undefined {
    const { peers, quorum, name } = this.#sentinel;
    const epoch = this.#epoch;
    const votes = new Map<string, number>();
    const count = (vote: { leader: string; epoch: number } | undefined): void => {
      if (vote?.epoch === epoch) votes.set(vote.leader, (votes.get(vote.leader) ?? 0) + 1);
    };
    for (const peer of peers.values()) count(peer.vote);
    const [front = name] = [...votes].sort((a, b) => b[1] - a[1])[0] ?? [];
    count(this.#sentinel.castVote({ leader: front, epoch }));
    const needed = Math.max(majorityOf(peers.size + 1), quorum);
    return [...votes].find(([, number]) => number >= needed)?.[0];
  }

  #select(): void {
    const sentinel = this.#sentinel;
    this.#candidate = sentinel.world.chance.pick(sentinel.nodes.goodReplicas());
    if (this.#candidate === undefined) return this.#abort('-failover-abort-no-good-slave');
    this.#enter('send_slaveof_noone');
    sentinel.publish('+selected-slave', sentinel.replicaText(this.#candidate));
    if (sentinel.failover === this) this.#tellCandidate('+failover-state-send-slaveof-noone');
  }

  #promote(): void {
    const { world, name } = this.#sentinel;
    const node = world.node(this.candidate);
    if (node === undefined || node.state === 'down' || !world.network.isOpen(name, this.candidate)) {
      return this.#isOverdue() ? this.#abort('-failover-abort-slave-timeout') : undefined;
    }
    this.#enter('wait_promotion');
    world.clock.after(world.network.latencyMs(), () => node.replicate(undefined));
    this.#tellCandidate('+failover-state-wait-promotion');
  }

  /** The other replicas follow the new master; when all do, or it takes too long, everybody is told. */
  #reconfigure(): void {
    const sentinel = this.#sentinel;
    const others = sentinel.nodes.goodReplicas().filter((name) => name !== this.#candidate);
    const untold = others.find((name) => !this.#told.has(name));
    if (untold !== undefined) {
      this.#told.set(untold, sentinel.now);
      return sentinel.world.node(untold)?.replicate(this.candidate);
    }
    const settled = [...this.#told.values()].every((at) => sentinel.now - at >= timings.eagerInfoMs);
    if (!settled && !this.#isOverdue()) return;
    this.#enter('update_config');
    sentinel.publish(settled ? '+failover-end' : '+failover-end-for-timeout', sentinel.masterText());
  }

  #tellCandidate(channel: string): void {
    this.#sentinel.publish(channel, this.#sentinel.replicaText(this.candidate));
  }

  #isOverdue(): boolean {
    return this.#sentinel.now - this.#since > timings.failoverTimeoutMs;
  }

  #enter(state: State): void {
    this.#state = state;
    this.#since = this.#sentinel.now;
  }

  #abort(channel: string): void {
    this.#sentinel.failover = undefined;
    this.#sentinel.publish(channel, this.#sentinel.masterText());
  }
}
