import { sameAddress, type NodeAddress } from './address.ts';
import { deadline, now } from './clock.ts';
import { nextDeadline, watchList } from './decisions.ts';
import { diagnose, isHopeless } from './diagnosis.ts';
import { publish } from './diagnostics.ts';
import type { Endpoint } from './dial.ts';
import { asSwitchmasterError, type SwitchmasterError } from './errors.ts';
import { toEvent, type ChangeEvents, type ResolverEvents, type SwitchEvent } from './events.ts';
import type { FollowerCall } from './follower.ts';
import { NodeWatches } from './node-watches.ts';
import type { CheckedResolverOptions } from './options.ts';
import { isSameWatch } from './same-options.ts';
import type { Sentinels } from './sentinel-set.ts';
import { isSameTopology, looksSame, snapshot, type TopologySnapshot } from './snapshot.ts';
import { emptyTopology, step, type Change, type Observation, type Topology } from './topology.ts';

/** A resolver, as its watch tells it what happens. */
export interface WatchMember {
  /** For its followers. */
  command(call: FollowerCall): void;
  /** For its listeners. */
  tell<Name extends keyof ResolverEvents>(name: Name, event: ResolverEvents[Name]): void;
  /** A node could not be asked for its role. */
  unreachable(error: Error): void;
  /** A connection to a node that answers was dead. */
  deadLine(address: NodeAddress): void;
  /** Something was judged: who waits looks again. */
  judged(): void;
}

/**
 * Watches one master: every observation is judged by `step` and acted upon, once for all resolvers that would judge
 * alike. A thousand of them cost a failover no more than one.
 */
export class MasterWatch {
  readonly #options: CheckedResolverOptions;
  readonly #sentinels: Sentinels;
  readonly #members = new Set<WatchMember>();
  readonly #watches: NodeWatches;
  readonly #inbox: Observation[] = [];
  readonly #leave: () => void;
  #topology: Topology;
  #snapshot: TopologySnapshot;
  /** What a resolver that joins now has missed. */
  #hold: FollowerCall | undefined;
  #lastSwitch: SwitchEvent | undefined;
  #cancelDeadline: () => void = () => {};
  #closed = false;

  /** One that is there already for such options, or a new one. It ends when the last member has left. */
  static of(sentinels: Sentinels, options: CheckedResolverOptions): MasterWatch {
    sentinels.assertOpen();
    const known = watchesOf.get(sentinels)?.find((watch) => isSameWatch(watch.#options, options));
    return known ?? new MasterWatch(sentinels, options);
  }

  private constructor(sentinels: Sentinels, options: CheckedResolverOptions) {
    const { name } = options;
    this.#options = options;
    this.#sentinels = sentinels;
    const settings = { ...options.settings, minorityAfterMs: sentinels.outOfSightAfterMs };
    this.#topology = emptyTopology(settings, now());
    this.#snapshot = snapshot(name, this.#topology);
    this.#watches = new NodeWatches(
      (address) => this.endpoint(address),
      options.roleIntervalMs,
      (address, role) => {
        if (role.kind === 'unreachable') this.#forEach((member) => member.unreachable(role.error));
        this.observe({ type: 'role', address, role });
      },
      (address) => this.#forEach((member) => member.deadLine(address)),
    );
    watchesOf.set(sentinels, [...(watchesOf.get(sentinels) ?? []), this]);
    this.#leave = sentinels.join({
      name,
      observe: (observation) => this.observe(observation),
      fail: (error) => this.#fail(error),
    });
  }

  /** What is known now. */
  get snapshot(): TopologySnapshot {
    return this.#snapshot;
  }

  /** Tells a member all that happens, until it leaves. What is known already it hears when the caller's turn is over. */
  join(member: WatchMember): () => void {
    this.#members.add(member);
    if (this.#hold) member.command(this.#hold);
    const known = this.#lastSwitch;
    if (known) queueMicrotask(() => this.#introduce(member, known));
    return () => {
      this.#members.delete(member);
      if (this.#members.size === 0) this.#close();
    };
  }

  /** Everything that happens comes through here: judged by `step`, then acted upon. */
  observe(observation: Observation): void {
    this.#inbox.push(observation);
    // A follower or listener may cause the next observation; it waits until this one is done with.
    if (this.#inbox.length > 1) return;
    for (let next = this.#inbox[0]; next; next = this.#inbox[0]) {
      try {
        if (!this.#closed) this.#judge(next);
      } catch (error) {
        // Whatever it was, a resolver must not stay deaf.
        this.#fail(error);
      }
      this.#inbox.shift();
    }
  }

  /** Whether it is the master, and traffic flows. */
  isOpen(address: NodeAddress): boolean {
    const { master, verified, hold } = this.#topology;
    return master !== undefined && sameAddress(master, address) && verified && !hold;
  }

  /** The master if traffic may go there now. Throws where waiting for it is pointless. */
  openMaster(): NodeAddress | undefined {
    const { master } = this.#topology;
    if (master) return this.isOpen(master) ? this.#snapshot.master : undefined;
    const diagnosis = this.diagnose();
    if (isHopeless(this.#topology, diagnosis)) throw diagnosis;
    return undefined;
  }

  endpoint(address: NodeAddress): Endpoint {
    const { node, mapAddress, connectTimeoutMs, commandTimeoutMs, credentialsTimeoutMs } = this.#options;
    const timeouts = { connectTimeoutMs, commandTimeoutMs, credentialsTimeoutMs };
    return { kind: 'node', address, mapAddress, ...node, ...timeouts };
  }

  diagnose(): SwitchmasterError {
    return diagnose(this.#options.name, this.#topology);
  }

  #judge(observation: Observation): void {
    const at = now();
    const before = this.#topology;
    const [topology, changes] = step(before, observation, at);
    this.#topology = topology;
    this.#watches.set(watchList(topology, at));
    this.#wakeAt(nextDeadline(topology, at), at);
    if (!looksSame(topology, before)) this.#refreshSnapshot();
    for (const change of changes) this.#act(change, at);
    this.#forEach((member) => member.judged());
  }

  #act(change: Change, at: number): void {
    if (change.type === 'ask') return this.#sentinels.ask(this.#options.name, change.sentinel);
    if (change.type === 'fault') return this.#fail(this.diagnose());
    if (change.type === 'hold' || change.type === 'release') this.#command(change);
    // The first master is where followers start; there is nothing to leave.
    if (change.type === 'move' && change.from) this.#command(change);
    const told = toEvent(change, this.#options.name, this.#topology.configEpoch, at);
    if (told.type === 'switch') this.#lastSwitch = told.event;
    this.#announce(told);
  }

  #command(call: FollowerCall): void {
    this.#hold = call.type === 'hold' ? call : undefined;
    this.#forEach((member) => member.command(call));
  }

  #announce<Name extends keyof ChangeEvents>(told: { type: Name; event: ResolverEvents[Name] }): void {
    publish(told.type, told.event);
    this.#forEach((member) => member.tell(told.type, told.event));
  }

  /** To a newcomer the master has been found, and nothing was left for it. */
  #introduce(member: WatchMember, { name, to, configEpoch }: SwitchEvent): void {
    if (!this.#members.has(member)) return;
    const phases = Object.freeze({});
    member.tell('topology', this.#snapshot);
    member.tell(
      'switch',
      Object.freeze({ name, from: undefined, to, reason: 'discovery', configEpoch, phases, at: now() }),
    );
  }

  #refreshSnapshot(): void {
    const fresh = snapshot(this.#options.name, this.#topology);
    const isNews = !isSameTopology(fresh, this.#snapshot);
    this.#snapshot = fresh;
    if (isNews) this.#forEach((member) => member.tell('topology', fresh));
  }

  #wakeAt(due: number, at: number): void {
    this.#cancelDeadline();
    if (due === Infinity || this.#closed) return;
    this.#cancelDeadline = deadline(Math.ceil(due - at), () => this.observe({ type: 'tick' }));
  }

  #fail(error: unknown): void {
    const failure = asSwitchmasterError(error, 'PROTOCOL_ERROR');
    this.#forEach((member) => member.tell('error', failure));
  }

  #forEach(act: (member: WatchMember) => void): void {
    for (const member of [...this.#members]) {
      // An earlier one may have made this one leave.
      if (this.#members.has(member)) act(member);
    }
  }

  #close(): void {
    this.#closed = true;
    this.#cancelDeadline();
    this.#watches.close();
    this.#leave();
    const others = watchesOf.get(this.#sentinels)?.filter((watch) => watch !== this);
    if (others && others.length > 0) watchesOf.set(this.#sentinels, others);
    else watchesOf.delete(this.#sentinels);
  }
}

/** The watches that can be shared. */
const watchesOf = new WeakMap<Sentinels, readonly MasterWatch[]>();
