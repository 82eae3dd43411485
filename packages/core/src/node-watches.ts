import { addressKey, type NodeAddress } from './address.ts';
import type { Watched } from './decisions.ts';
import type { Endpoint } from './dial.ts';
import { NodeWatch } from './node-watch.ts';
import type { NodeRole } from './sentinel-messages.ts';
import type { Unreachable } from './topology.ts';

/** Keeps exactly the nodes of the watch list watched. */
export class NodeWatches {
  readonly #watches = new Map<string, NodeWatch>();
  readonly #endpoint: (address: NodeAddress) => Endpoint;
  readonly #steadyMs: number;
  readonly #report: (address: NodeAddress, role: NodeRole | Unreachable) => void;
  readonly #onDeadLine: (address: NodeAddress) => void;

  constructor(
    endpoint: (address: NodeAddress) => Endpoint,
    steadyMs: number,
    report: (address: NodeAddress, role: NodeRole | Unreachable) => void,
    onDeadLine: (address: NodeAddress) => void,
  ) {
    this.#endpoint = endpoint;
    this.#steadyMs = steadyMs;
    this.#report = report;
    this.#onDeadLine = onDeadLine;
  }

  set(list: readonly Watched[]): void {
    const wanted = new Map(list.map((watched) => [addressKey(watched.address), watched]));
    for (const [key, watch] of this.#watches) {
      if (!wanted.has(key)) this.#end(key, watch);
    }
    for (const [key, { address, pace }] of wanted) {
      const known = this.#watches.get(key);
      if (known) known.setPace(pace);
      else this.#watches.set(key, this.#start(address, pace));
    }
  }

  close(): void {
    for (const [key, watch] of this.#watches) this.#end(key, watch);
  }

  #start(address: NodeAddress, pace: Watched['pace']): NodeWatch {
    return new NodeWatch(
      this.#endpoint(address),
      pace,
      this.#steadyMs,
      (role) => this.#report(address, role),
      () => this.#onDeadLine(address),
    );
  }

  #end(key: string, watch: NodeWatch): void {
    this.#watches.delete(key);
    watch.close();
  }
}
