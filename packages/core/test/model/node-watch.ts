import type { Pace } from '../../src/decisions.ts';
import type { NodeRole } from '../../src/sentinel-messages.ts';
import type { Unreachable } from '../../src/topology.ts';
import type { Deployment } from './deployment.ts';
import { client } from './network.ts';
import type { RedisNode } from './redis-node.ts';

/** `urgentMs` is 3 in `node-watch.ts`; what it decides is the same, and a history has fewer steps. */
const paces = { urgentMs: 20, briskMs: 50, steadyMs: 1000, answerTimeoutMs: 1000 } as const;

const unreachable: Unreachable = { kind: 'unreachable', error: new Error('unreachable') };

interface Question {
  readonly since: number;
  /** The first one was lost with its connection. */
  readonly isSecond: boolean;
}

/** What `node-watch.ts` does for one node, without the socket. */
export class ModelNodeWatch {
  readonly #world: Deployment;
  readonly #node: RedisNode;
  readonly #report: (role: NodeRole | Unreachable) => void;
  #pace: Pace;
  #asking: Question | undefined;
  #failures = 0;
  #closed = false;
  #cancel: () => void = () => {};
  readonly #disconnect: () => void;

  constructor(
    world: Deployment,
    node: RedisNode,
    pace: Pace,
    report: (role: NodeRole | Unreachable) => void,
  ) {
    this.#world = world;
    this.#node = node;
    this.#pace = pace;
    this.#report = report;
    this.#disconnect = node.connect(() => this.#broken());
    this.#ask();
  }

  setPace(pace: Pace): void {
    if (pace === this.#pace) return;
    const before = this.#delayMs();
    this.#pace = pace;
    if (this.#delayMs() < before) this.#ask();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    this.#disconnect();
  }

  #ask(isSecond = false): void {
    this.#cancel();
    if (this.#asking || this.#closed) return;
    const { clock, network } = this.#world;
    const asking = { since: clock.now, isSecond };
    this.#asking = asking;
    const attempt = (): void => {
      if (this.#asking !== asking) return;
      const isOpen = network.isOpen(client, this.#node.name);
      const late = clock.now - asking.since >= paces.answerTimeoutMs;
      const role =
        isOpen && this.#node.state === 'up'
          ? this.#node.role
          : late || (isOpen && this.#node.state === 'down')
            ? unreachable
            : undefined;
      if (role) clock.after(network.latencyMs(), () => this.#answered(asking, role));
      else clock.after(50, attempt);
    };
    clock.after(network.latencyMs(), attempt);
  }

  /** What was under way is asked again over a fresh connection, once. */
  #broken(): void {
    const asking = this.#asking;
    this.#world.clock.after(1, () => {
      if (asking?.isSecond) return this.#answered(asking, unreachable);
      if (this.#asking === asking) this.#asking = undefined;
      this.#ask(asking !== undefined);
    });
  }

  #answered(asking: Question, role: NodeRole | Unreachable): void {
    if (this.#asking !== asking || this.#closed) return;
    this.#asking = undefined;
    this.#failures = role.kind === 'unreachable' ? this.#failures + 1 : 0;
    this.#report(role);
    // What was just reported may have changed the pace, or closed this watch.
    if (this.#isIdle()) this.#cancel = this.#world.clock.after(this.#delayMs(), () => this.#ask());
  }

  #isIdle(): boolean {
    return !this.#closed && this.#asking === undefined;
  }

  #delayMs(): number {
    if (this.#pace === 'urgent') return paces.urgentMs;
    const jitter = 0.8 + this.#world.chance.fraction() * 0.4;
    if (this.#pace === 'steady') return paces.steadyMs * jitter;
    return Math.min(paces.briskMs * 2 ** Math.min(this.#failures, 4), paces.steadyMs) * jitter;
  }
}
