import type { Sentinel } from './sentinel.ts';
import { timings } from './timings.ts';

/** A node, as this sentinel sees it. */
interface Instance {
  lastOkAt: number;
  infoAt: number;
  down: boolean;
  of: string | undefined;
  ofSince: number;
}

/** The nodes of one master name, pinged and asked for `INFO` by one sentinel. */
export class WatchedNodes {
  readonly #sentinel: Sentinel;
  readonly #known = new Map<string, Instance>();

  constructor(sentinel: Sentinel) {
    this.#sentinel = sentinel;
  }

  names(): string[] {
    return [...this.#known.keys()];
  }

  isDown(name: string): boolean {
    return this.#known.get(name)?.down === true;
  }

  meet(name: string): void {
    if (this.#known.has(name)) return;
    const of = name === this.#sentinel.master ? undefined : this.#sentinel.master;
    this.#known.set(name, {
      ...{
        lastOkAt: this.#sentinel.now,
        infoAt: this.#sentinel.now - this.#sentinel.world.chance.between(0, timings.infoMs),
      },
      ...{ down: false, of, ofSince: this.#sentinel.now },
    });
  }

  clear(): void {
    this.#known.clear();
  }

  /** Who could be promoted, as far as it knows. */
  goodReplicas(): string[] {
    return [...this.#known].flatMap(([name, it]) =>
      name !== this.#sentinel.master &&
      !it.down &&
      this.#sentinel.world.network.isOpen(this.#sentinel.name, name)
        ? [name]
        : [],
    );
  }

  /** In a failover replicas are asked each second; a sentinel that distrusts its clock corrects nobody. */
  look(eagerly: boolean, mayCorrect: boolean): void {
    for (const [name, it] of this.#known) this.#lookAt(name, it, eagerly, mayCorrect);
  }

  #lookAt(name: string, it: Instance, eagerly: boolean, mayCorrect: boolean): void {
    const sentinel = this.#sentinel;
    const node = sentinel.world.node(name);
    const isMaster = name === sentinel.master;
    if (node?.state === 'up' && sentinel.world.network.isOpen(sentinel.name, name)) {
      it.lastOkAt = sentinel.now;
      if (sentinel.now - it.infoAt >= (eagerly && !isMaster ? timings.eagerInfoMs : timings.infoMs))
        this.#readInfo(name, it, mayCorrect);
    }
    const lied = isMaster && it.of !== undefined && sentinel.now - it.ofSince > timings.demotedMasterMs;
    const down = sentinel.now - it.lastOkAt > timings.downAfterMs || lied;
    if (down === it.down) return;
    it.down = down;
    sentinel.publish(
      down ? '+sdown' : '-sdown',
      isMaster ? sentinel.masterText() : sentinel.replicaText(name),
    );
  }

  #readInfo(name: string, it: Instance, mayCorrect: boolean): void {
    const sentinel = this.#sentinel;
    it.infoAt = sentinel.now;
    const of = sentinel.world.node(name)?.of;
    if (of !== it.of) Object.assign(it, { of, ofSince: sentinel.now });
    if (name === sentinel.master) {
      for (const node of sentinel.world.nodes) if (node.of === name) this.meet(node.name);
    } else if (of === undefined && sentinel.failover?.candidate === name) {
      sentinel.failover.sawPromotion();
    } else if (of !== sentinel.master && sentinel.failover === undefined && mayCorrect && this.#looksSane()) {
      this.#correct(name, it);
    }
  }

  #looksSane(): boolean {
    const master = this.#known.get(this.#sentinel.master);
    return master !== undefined && !master.down && master.of === undefined;
  }

  /** A master that came back becomes a replica, and a replica of another master one of ours. */
  #correct(name: string, it: Instance): void {
    const [afterMs, channel] =
      it.of === undefined
        ? [timings.convertAfterMs, '+convert-to-slave']
        : [timings.failoverTimeoutMs, '+fix-slave-config'];
    if (it.down || this.#sentinel.now - it.ofSince <= afterMs) return;
    this.#sentinel.world.node(name)?.replicate(this.#sentinel.master);
    this.#sentinel.publish(channel, this.#sentinel.replicaText(name));
  }
}
