import type { Chance } from './chance.ts';
import type { VirtualClock } from './clock.ts';

/** The process that the resolver runs in; sentinels and nodes go by their own names. */
export const client = 'client';

/** Who reaches whom, and how long it takes. */
export class Network {
  /** Messages without a connection get lost, and arrive twice. */
  lossy = false;
  slow = false;
  readonly #clock: VirtualClock;
  readonly #chance: Chance;
  #island: ReadonlySet<string> = new Set();
  readonly #cut = new Set<string>();

  constructor(clock: VirtualClock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  isOpen(a: string, b: string): boolean {
    return this.#island.has(a) === this.#island.has(b) && !this.#cut.has(pairOf(a, b));
  }

  /** Nobody on the island reaches anybody who is not. */
  partition(island: readonly string[]): void {
    this.#island = new Set(island);
  }

  cut(a: string, b: string): void {
    this.#cut.add(pairOf(a, b));
  }

  heal(): void {
    this.#island = new Set();
    this.#cut.clear();
    this.lossy = false;
    this.slow = false;
  }

  latencyMs(): number {
    return this.#chance.between(1, this.slow ? 300 : 12);
  }

  /** What is said over different connections overtakes, gets lost and is repeated. */
  send(from: string, to: string, arrive: () => void): void {
    if (!this.isOpen(from, to) || (this.lossy && this.#chance.oneIn(3))) return;
    this.#clock.after(this.latencyMs(), arrive);
    if (this.lossy && this.#chance.oneIn(4)) this.#clock.after(this.latencyMs(), arrive);
  }

  /** One direction of a connection: in order, each thing once, late while the way is blocked. */
  stream(isBlocked: () => boolean): Stream {
    return new Stream(this.#clock, () => this.latencyMs(), isBlocked);
  }
}

const retransmitMs = 60;

export class Stream {
  readonly #clock: VirtualClock;
  readonly #latencyMs: () => number;
  readonly #isBlocked: () => boolean;
  #last = 0;
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  constructor(clock: VirtualClock, latencyMs: () => number, isBlocked: () => boolean) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.#isBlocked = isBlocked;
  }

  push(arrive: () => void): void {
    this.#last = Math.max(this.#last, this.#clock.now + this.#latencyMs());
    this.#waiting.push(arrive);
    this.#clock.after(this.#last - this.#clock.now, () => this.#deliver());
  }

  close(): void {
    this.#closed = true;
  }

  #deliver(): void {
    if (this.#closed) return;
    if (this.#isBlocked()) return void this.#clock.after(retransmitMs, () => this.#deliver());
    this.#waiting.shift()?.();
  }
}

function pairOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
