import { after } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Pace } from './decisions.ts';
import type { Endpoint } from './dial.ts';
import { askDoubting } from './doubt.ts';
import { isSwitchmasterError } from './errors.ts';
import { openNode } from './node.ts';
import type { NodeRole } from './sentinel-messages.ts';
import type { Unreachable } from './topology.ts';

const urgentMs = 3;
const briskMs = 50;
/** What takes longer than these is no matter of milliseconds any more. */
const urgentAsks = 500;

/** Asks one node for its role, again and again, over a connection of its own. */
export class NodeWatch {
  readonly #endpoint: Endpoint;
  readonly #steadyMs: number;
  readonly #report: (role: NodeRole | Unreachable) => void;
  readonly #onDeadLine: () => void;
  #pace: Pace;
  #connection: Connection | undefined;
  #asking = false;
  #asked = 0;
  readonly #closing = new AbortController();
  #failures = 0;
  #cancel: () => void = () => {};

  constructor(
    endpoint: Endpoint,
    pace: Pace,
    steadyMs: number,
    report: (role: NodeRole | Unreachable) => void,
    onDeadLine: () => void,
  ) {
    this.#endpoint = endpoint;
    this.#pace = pace;
    this.#steadyMs = steadyMs;
    this.#report = report;
    this.#onDeadLine = onDeadLine;
    void this.#ask();
  }

  /** A more eager pace than before asks at once. */
  setPace(pace: Pace): void {
    if (pace === this.#pace) return;
    const before = this.#delayMs();
    this.#pace = pace;
    this.#asked = 0;
    if (this.#delayMs() < before) void this.#ask();
  }

  close(): void {
    this.#closing.abort();
    this.#cancel();
  }

  async #ask(): Promise<void> {
    this.#cancel();
    if (this.#asking || this.#closing.signal.aborted) return;
    this.#asking = true;
    this.#asked += 1;
    const role = await this.#role();
    this.#asking = false;
    if (this.#closing.signal.aborted) return;
    this.#failures = role.kind === 'unreachable' ? this.#failures + 1 : 0;
    this.#report(role);
    // What was just reported may have changed the pace, or closed this watch.
    if (!this.#closing.signal.aborted && !this.#asking)
      this.#cancel = after(this.#delayMs(), () => void this.#ask());
  }

  async #role(): Promise<NodeRole | Unreachable> {
    const kept = this.#connection;
    try {
      this.#connection ??= this.#listen(await openNode(this.#endpoint, this.#closing.signal));
      const { role, isDead } = await askDoubting(this.#connection, this.#endpoint, this.#closing.signal);
      if (isDead) {
        this.#drop();
        this.#onDeadLine();
      }
      return role;
    } catch (error) {
      // A connection that breaks under the question says nothing about the node yet; a fresh one does.
      const broke = kept !== undefined && this.#connection === undefined && !isLate(error);
      this.#drop();
      return broke ? await this.#role() : { kind: 'unreachable', error: error as Error };
    }
  }

  #drop(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.destroy();
  }

  /** A connection that breaks between two questions is news at once. */
  #listen(connection: Connection): Connection {
    connection.onClose(() => {
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      void this.#ask();
    });
    return connection;
  }

  #delayMs(): number {
    if (this.#pace === 'urgent' && this.#asked < urgentAsks) return urgentMs;
    const jitter = 0.8 + Math.random() * 0.4;
    if (this.#pace === 'steady') return this.#steadyMs * jitter;
    return Math.min(briskMs * 2 ** Math.min(this.#failures, 4), this.#steadyMs) * jitter;
  }
}

/** The deadline for an answer has passed: a second one would tell too late of a node that hangs. */
function isLate(error: unknown): boolean {
  return isSwitchmasterError(error) && error.code === 'TIMED_OUT';
}
