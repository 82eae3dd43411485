import { addressKey } from '../../src/address.ts';
import { nextDeadline, watchList } from '../../src/decisions.ts';
import { Followers } from '../../src/follower.ts';
import {
  emptyTopology,
  step,
  type Change,
  type Observation,
  type Settings,
  type Topology,
} from '../../src/topology.ts';
import type { Deployment } from './deployment.ts';
import { ModelNodeWatch } from './node-watch.ts';
import type { Referee } from './referee.ts';
import { SentinelLink } from './sentinel-link.ts';

/** The code under test, or a broken copy of it that the model has to notice. */
export interface Subject {
  readonly step: typeof step;
  readonly nextDeadline: typeof nextDeadline;
  readonly followers: (onError: (error: unknown) => void) => Followers;
}

export const realSubject: Subject = {
  step,
  nextDeadline,
  followers: (onError) => new Followers(onError),
};

/** The acting loop of `resolver.ts` on virtual time: the same inbox, judgement, watches, alarm and followers. */
export class ModelResolver {
  readonly followers: Followers;
  topology: Topology;
  readonly links: readonly SentinelLink[];
  readonly #world: Deployment;
  readonly #subject: Subject;
  readonly #referee: Referee;
  readonly #watches = new Map<string, ModelNodeWatch>();
  readonly #inbox: Observation[] = [];
  #cancelDeadline: () => void = () => {};

  constructor(world: Deployment, settings: Settings, resp3: boolean, subject: Subject, referee: Referee) {
    this.#world = world;
    this.#subject = subject;
    this.#referee = referee;
    this.topology = emptyTopology(settings, world.clock.now);
    this.followers = subject.followers((error) => referee.followerThrew(error));
    this.links = world.sentinels.map(
      (sentinel) => new SentinelLink(world, sentinel, resp3, (seen) => this.observe(seen)),
    );
  }

  observe(observation: Observation): void {
    this.#inbox.push(observation);
    if (this.#inbox.length > 1) return;
    for (let next = this.#inbox[0]; next; next = this.#inbox[0]) {
      this.#judge(next);
      this.#inbox.shift();
    }
  }

  #judge(observation: Observation): void {
    const { now } = this.#world.clock;
    const before = this.topology;
    const [topology, changes] = this.#subject.step(before, observation, now);
    this.topology = topology;
    this.#watch();
    this.#wakeAt(this.#subject.nextDeadline(topology, now), now);
    for (const change of changes) this.#act(change);
    this.#referee.judged({ before, observation, after: topology, changes, now });
  }

  #act(change: Change): void {
    if (change.type === 'ask') {
      for (const link of this.links) {
        if ([undefined, addressKey(link.sentinel.address)].includes(change.sentinel)) link.ask();
      }
    } else if (change.type === 'hold' || change.type === 'release') this.followers.tell(change);
    else if (change.type === 'move' && change.from) this.followers.tell(change);
  }

  #watch(): void {
    const wanted = watchList(this.topology, this.#world.clock.now);
    const names = new Set(wanted.map(({ address }) => address.host));
    for (const [name, watch] of this.#watches) {
      if (names.has(name)) continue;
      this.#watches.delete(name);
      watch.close();
    }
    for (const { address, pace } of wanted) {
      const known = this.#watches.get(address.host);
      const node = this.#world.node(address.host);
      if (known) known.setPace(pace);
      else if (node) {
        const report = (role: Parameters<ConstructorParameters<typeof ModelNodeWatch>[3]>[0]): void =>
          this.observe({ type: 'role', address: node.address, role });
        this.#watches.set(address.host, new ModelNodeWatch(this.#world, node, pace, report));
      }
    }
  }

  #wakeAt(deadline: number, now: number): void {
    this.#cancelDeadline();
    if (deadline === Infinity) return;
    this.#cancelDeadline = this.#world.clock.after(deadline - now, () => this.observe({ type: 'tick' }));
  }
}
