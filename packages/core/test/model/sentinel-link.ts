import { addressKey } from '../../src/address.ts';
import { backoff } from '../../src/backoff.ts';
import { parseNotice, type Report } from '../../src/sentinel-messages.ts';
import type { Observation } from '../../src/topology.ts';
import type { Deployment } from './deployment.ts';
import { client, type Stream } from './network.ts';
import { masterName, type Sentinel, type Subscriber } from './sentinel.ts';

export const linkTimings = {
  connectTimeoutMs: 1000,
  commandTimeoutMs: 1000,
  pingIntervalMs: 500,
  refreshIntervalMs: 5000,
  backoff: { initialMs: 50, maxMs: 1000 },
} as const;

/** As `link.ts` has it: on RESP2 events and answers come over two connections, each in its own order. */
interface Session {
  readonly process: number;
  readonly requests: Stream;
  readonly answers: Stream;
  readonly events: Stream;
  readonly subscriber: Subscriber;
  lastByteAt: number;
}

/** What `link.ts` and `sentinel-set.ts` do for one sentinel, without the sockets. */
export class SentinelLink {
  readonly sentinel: Sentinel;
  readonly #key: string;
  readonly #world: Deployment;
  readonly #resp3: boolean;
  readonly #observe: (observation: Observation) => void;
  #session: Session | undefined;
  #asking: 'no' | 'once' | 'again' = 'no';
  #backoff = backoff(linkTimings.backoff);
  #lastSeenAt: number;
  #cancelRefresh: () => void = () => {};

  constructor(
    world: Deployment,
    sentinel: Sentinel,
    resp3: boolean,
    observe: (observation: Observation) => void,
  ) {
    this.#world = world;
    this.sentinel = sentinel;
    this.#key = addressKey(sentinel.address);
    this.#resp3 = resp3;
    this.#observe = observe;
    this.#lastSeenAt = world.clock.now;
    this.#tell('connecting');
    this.#startOver();
    this.#dial();
  }

  /** Another question of the same kind waits for the answer of the first. */
  ask(): void {
    const session = this.#session;
    if (session === undefined) return;
    if (this.#asking !== 'no') return void (this.#asking = 'again');
    this.#asking = 'once';
    const askedAt = this.#world.clock.now;
    const cancelDeadline = this.#world.clock.after(linkTimings.commandTimeoutMs, () => this.#lose(session));
    session.requests.push(() => {
      const report = this.sentinel.report();
      session.answers.push(() => {
        cancelDeadline();
        this.#answered(session, report, askedAt);
      });
    });
  }

  /** The connection is reset. */
  break(): void {
    if (this.#session) this.#lose(this.#session);
  }

  #dial(): void {
    const { clock, network } = this.#world;
    const until = clock.now + linkTimings.connectTimeoutMs;
    const attempt = (): void => {
      const isOpen = network.isOpen(client, this.sentinel.name);
      if (isOpen && this.sentinel.state === 'up') return this.#connected();
      if ((isOpen && this.sentinel.state === 'down') || clock.now >= until) return this.#retry();
      clock.after(100, attempt);
    };
    clock.after(network.latencyMs(), attempt);
  }

  #connected(): void {
    const { network, clock } = this.#world;
    const isBlocked = (): boolean =>
      !network.isOpen(client, this.sentinel.name) || this.sentinel.state !== 'up';
    const answers = network.stream(isBlocked);
    const events = this.#resp3 ? answers : network.stream(isBlocked);
    const session: Session = {
      ...{ process: this.sentinel.process, requests: network.stream(isBlocked), answers, events },
      subscriber: (channel, payload) => events.push(() => this.#notice(session, channel, payload)),
      lastByteAt: clock.now,
    };
    this.#session = session;
    this.sentinel.subscribers.add(session.subscriber);
    this.#startOver();
    this.#lastSeenAt = clock.now;
    this.#tell('connected');
    this.ask();
    this.#refreshLater();
    clock.after(linkTimings.pingIntervalMs, () => this.#ping(session));
  }

  #startOver(): void {
    this.#backoff = backoff({ ...linkTimings.backoff, random: this.#world.chance.fraction });
  }

  #ping(session: Session): void {
    if (this.#session !== session) return;
    const { clock, network } = this.#world;
    const isOpen = network.isOpen(client, this.sentinel.name);
    const isThere = this.sentinel.process === session.process;
    if (isOpen && this.sentinel.state === 'up' && isThere) session.lastByteAt = clock.now;
    const silentMs = clock.now - session.lastByteAt;
    const isReset = isOpen && !isThere;
    if (isReset || silentMs >= linkTimings.pingIntervalMs + linkTimings.commandTimeoutMs) {
      return this.#lose(session);
    }
    clock.after(linkTimings.pingIntervalMs, () => this.#ping(session));
  }

  #notice(session: Session, channel: string, payload: string): void {
    if (this.#session !== session) return;
    session.lastByteAt = this.#world.clock.now;
    const [name, notice] = parseNotice(channel, payload) ?? [];
    if (notice && name === masterName) this.#observe({ type: 'notice', sentinel: this.#key, notice });
  }

  #answered(session: Session, report: Report, askedAt: number): void {
    if (this.#session !== session) return;
    session.lastByteAt = this.#world.clock.now;
    this.#observe({ type: 'report', sentinel: this.#key, report, askedAt });
    const again = this.#asking === 'again';
    this.#asking = 'no';
    if (again) this.ask();
  }

  #lose(session: Session): void {
    if (this.#session !== session) return;
    for (const stream of [session.requests, session.answers, session.events]) stream.close();
    this.sentinel.subscribers.delete(session.subscriber);
    this.#session = undefined;
    this.#asking = 'no';
    this.#lastSeenAt = session.lastByteAt;
    this.#cancelRefresh();
    this.#retry();
  }

  #retry(): void {
    this.#tell('lost');
    this.#world.clock.after(this.#backoff.delayMs, () => this.#dial());
    this.#backoff = this.#backoff.next();
  }

  #refreshLater(): void {
    const { clock, chance } = this.#world;
    const delayMs = linkTimings.refreshIntervalMs * (0.8 + chance.fraction() * 0.4);
    this.#cancelRefresh = clock.after(delayMs, () => {
      this.ask();
      this.#refreshLater();
    });
  }

  #tell(state: 'connecting' | 'connected' | 'lost'): void {
    const { address, id } = { address: this.sentinel.address, id: this.sentinel.name };
    const error = state === 'lost' ? gone : undefined;
    const view = { address, id, configured: true, state, lastSeenAt: this.#lastSeenAt, error };
    this.#observe({ type: 'sentinel', sentinel: this.#key, view: { ...view, report: undefined } });
  }
}

const gone = new Error('gone');
