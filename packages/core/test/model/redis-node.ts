import type { NodeAddress } from '../../src/address.ts';
import type { NodeRole } from '../../src/sentinel-messages.ts';

export const nodePort = 6379;

/** One Redis server: its role, and how it fares. */
export class RedisNode {
  readonly name: string;
  readonly address: NodeAddress;
  state: 'up' | 'frozen' | 'down' = 'up';
  /** The master that it replicates; `undefined` where it is one itself. */
  #of: string | undefined;
  /** Commands that lie in its socket until it is thawed. */
  #unread: (() => void)[] = [];
  readonly #connections = new Set<() => void>();

  constructor(name: string, of: string | undefined) {
    this.name = name;
    this.address = Object.freeze({ host: name, port: nodePort });
    this.#of = of;
  }

  get of(): string | undefined {
    return this.#of;
  }

  get role(): NodeRole {
    if (this.#of === undefined) return { kind: 'master' };
    return { kind: 'replica', of: { host: this.#of, port: nodePort }, linkUp: true };
  }

  /** `SLAVEOF`, and the `CLIENT KILL` that sentinels send with it. */
  replicate(of: string | undefined): void {
    this.#send(() => {
      this.#of = of === this.name ? undefined : of;
      this.killClients();
    });
  }

  killClients(): void {
    for (const killed of [...this.#connections]) killed();
  }

  /** `killed` is called when the connection breaks; returns its undo. */
  connect(killed: () => void): () => void {
    this.#connections.add(killed);
    return () => void this.#connections.delete(killed);
  }

  crash(): void {
    this.state = 'down';
    this.#unread = [];
    this.killClients();
  }

  /** Its configuration may be that of the time when it was a master. */
  restart(asMaster: boolean): void {
    if (this.state !== 'down') return;
    this.state = 'up';
    if (asMaster) this.#of = undefined;
  }

  freeze(): void {
    if (this.state === 'up') this.state = 'frozen';
  }

  thaw(): void {
    if (this.state !== 'frozen') return;
    this.state = 'up';
    const unread = this.#unread;
    this.#unread = [];
    for (const command of unread) command();
  }

  #send(command: () => void): void {
    if (this.state === 'up') command();
    else if (this.state === 'frozen') this.#unread.push(command);
  }
}
