/**
 * What the application and its page say to each other. The page is plain JavaScript and reads this file through JSDoc
 * imports; nothing in it exists at run time.
 *
 * | request                     | body                 | answer                                                   |
 * | --------------------------- | -------------------- | -------------------------------------------------------- |
 * | `GET /api/events`           |                      | Server-Sent Events, one {@link PageMessage} per `data:`  |
 * | `GET /api/state`            |                      | a {@link Snapshot}                                       |
 * | `POST /api/faults/:fault`   | {@link FaultRequest} | a {@link FaultReport} once it is `done`                  |
 * | `POST /api/lanes/:lane`     | {@link LaneRequest}  | the {@link LaneState} that came of it                    |
 * | `POST /api/verify`          |                      | a {@link Verification} of each lane that is enabled      |
 *
 * A request that is wrong gets 400 or 404, one that is impossible now 409: an {@link ApiError}.
 *
 * Every `at` is in milliseconds since 1970, with fractions, by the clock of the server. Addresses are `host:port`.
 */

/** One event of `GET /api/events`. The first is always a snapshot, also after a reconnect: forget all before it. */
export type PageMessage =
  | Snapshot
  | TopologyMessage
  | SamplesMessage
  | LaneMessage
  | PhaseMessage
  | SentinelEventMessage
  | FaultReport
  | VerificationMessage;

/** Everything that a page needs to begin with. */
export interface Snapshot {
  readonly type: 'snapshot';
  readonly at: number;
  /** In the order of display: ours, then the contrasts. */
  readonly lanes: readonly LaneState[];
  /** What can be broken, and mended, in the order of the buttons. */
  readonly faults: readonly FaultOffer[];
  readonly topology: Topology;
  /** The samples of the last minute, oldest first. */
  readonly samples: readonly SamplesMessage[];
  /** The latest hundred or so of each, oldest first. */
  readonly phases: readonly PhaseMessage[];
  readonly sentinelEvents: readonly SentinelEventMessage[];
  readonly faultReports: readonly FaultReport[];
}

// Lanes

/** A lane's name in paths and messages. */
export type LaneName =
  | 'ioredis'
  | 'node-redis'
  | 'nestjs'
  | 'cache-manager'
  | 'ioredis-sentinel'
  | 'node-redis-sentinel';

/** One client under load. */
export interface LaneState {
  readonly name: LaneName;
  /** For headings: `@switchmaster/ioredis`. */
  readonly title: string;
  /** One sentence: what it does, in the words of a user. */
  readonly description: string;
  /** `false`: a client's own Sentinel support, for contrast. */
  readonly ours: boolean;
  /** `writes`: each operation sets a key of its own. `cache`: it asks or updates a cached endpoint. */
  readonly kind: 'writes' | 'cache';
  readonly enabled: boolean;
  /** How many operations begin in a second, as long as fewer than `maxPending` have no answer yet. */
  readonly ratePerSecond: number;
  /** Operations with no answer yet, beyond which none begins. */
  readonly maxPending: number;
  /** Since the application started. */
  readonly totals: Totals;
  /** Since the latest fault began, a repair not being one. Before any fault: since the application started. */
  readonly sinceFault: Totals;
}

/** What became of a lane's operations. */
export interface Totals {
  /** Writes that Redis acknowledged. Of a cache: requests that were answered. */
  readonly acknowledged: number;
  /** Rejected with an error; whether they were run is unknown. */
  readonly failed: number;
  /** Without an answer for more than five seconds, at this moment. */
  readonly hung: number;
  /**
   * Acknowledged and then not on the master, once the cluster had settled. Of a cache: updates that were acknowledged
   * and then contradicted by a read, which served what they had replaced.
   */
  readonly lost: number;
  /** Acknowledged and not looked up yet. Of a cache always 0, since every read checks. */
  readonly unverified: number;
  /** The longest time without an acknowledgement, in milliseconds, the present one included. */
  readonly longestGapMs: number;
  /** What the latest failed one said; absent while none has. */
  readonly lastFailure?: string;
  /** Of a cache only. */
  readonly cache?: CacheTotals;
}

/** How a cache answered. */
export interface CacheTotals {
  readonly hits: number;
  readonly misses: number;
}

/** What all enabled lanes did in the last interval, which is about 250 ms. */
export interface SamplesMessage {
  readonly type: 'samples';
  /** The end of the interval. */
  readonly at: number;
  readonly intervalMs: number;
  /** Lanes that are not enabled have no sample. */
  readonly lanes: readonly LaneSample[];
}

/** What one lane did in an interval. */
export interface LaneSample {
  readonly lane: LaneName;
  /** In this interval. */
  readonly acknowledged: number;
  readonly failed: number;
  /** Without an answer at the end of the interval. */
  readonly pending: number;
  /** From the call to the acknowledgement, of those that were acknowledged in the interval; `null`: none was. */
  readonly latency: Latency | null;
  /** The resolver holds its traffic. Never true of a contrast. */
  readonly held: boolean;
  readonly totals: Totals;
  readonly sinceFault: Totals;
}

/** In milliseconds. */
export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** A lane was switched on or off, or has another rate. */
export interface LaneMessage {
  readonly type: 'lane';
  readonly at: number;
  readonly lane: LaneState;
}

/** Acknowledged writes were looked up on the master, and deleted there. Happens all the time while all is settled. */
export interface VerificationMessage extends Verification {
  readonly type: 'verification';
}

export interface Verification {
  readonly at: number;
  readonly lane: LaneName;
  /** The node that was asked. */
  readonly master: string;
  /** How many acknowledged writes were looked up. */
  readonly checked: number;
  /** How many of them were not there. */
  readonly lost: number;
  /** How many are still to be looked up: the latest. */
  readonly unverified: number;
}

// Topology

/** Sent when anything in it has changed. */
export interface TopologyMessage {
  readonly type: 'topology';
  readonly topology: Topology;
}

/** What the resolver knows, and what the test cluster knows of its processes. */
export interface Topology {
  readonly at: number;
  /** The master's name, as the sentinels call it. */
  readonly name: string;
  /** The resolver's: `holding` traffic, or moved and `provisional` until the sentinels agree. */
  readonly phase: 'discovering' | 'following' | 'holding' | 'provisional' | 'closed';
  /** The node that the resolver's clients are on. */
  readonly master: string | null;
  /** The replica that a failover under way is about to promote. */
  readonly candidate: string | null;
  readonly configEpoch: number;
  /** The resolver has lost sight of a majority of the sentinels. */
  readonly minority: boolean;
  /** No failover is under way, the sentinels agree, and every node in reach replicates the master. */
  readonly settled: boolean;
  /** Always the same ones in the same order. */
  readonly nodes: readonly NodeView[];
  /** Always the same ones in the same order. */
  readonly sentinels: readonly SentinelView[];
}

/** Of a process: `dead` was killed, `frozen` was stopped by SIGSTOP. */
export type ProcessState = 'running' | 'frozen' | 'dead';

export interface NodeView {
  readonly address: string;
  readonly state: ProcessState;
  /** Cut off from all other servers and from the clients. */
  readonly isolated: boolean;
  /**
   * What it says to `ROLE`, asked past any partition. There may be two masters for some seconds: the one that is not
   * `topology.master` loses what is written there. `null`: it gives no answer.
   */
  readonly role: 'master' | 'replica' | null;
  /** Of a replica: the master it replicates, and whether that link is up. */
  readonly replicates: string | null;
  readonly linkUp: boolean;
}

export interface SentinelView {
  readonly address: string;
  readonly state: ProcessState;
  readonly isolated: boolean;
  /** The resolver's own connection to it. */
  readonly link: 'connecting' | 'connected' | 'lost';
  /** The master that it names, and under which epoch; `null`: it has not said. */
  readonly master: string | null;
  readonly configEpoch: number | null;
}

// What happens

/**
 * A moment of a failover, in the usual order:
 *
 * - `down`: a sentinel misses the master, or the resolver does. Not in a planned failover.
 * - `elected`: the leading sentinel has chosen the replica to promote.
 * - `hold`: the resolver holds traffic.
 * - `promoted`: that replica says `master`.
 * - `moved`: the clients were told to move.
 * - `announced`: a sentinel published `+switch-master`.
 * - `demoted`: the old master replicates the new one.
 * - `released`: traffic goes on where it was: the failover was called off.
 */
export type Phase = 'down' | 'elected' | 'hold' | 'promoted' | 'moved' | 'announced' | 'demoted' | 'released';

export interface PhaseMessage {
  readonly type: 'phase';
  readonly at: number;
  /** Counts failovers: phases with the same number belong together. */
  readonly failover: number;
  readonly phase: Phase;
  /** The node that it is about: the candidate or new master, for `down`, `demoted` and `released` the old one. */
  readonly node: string;
}

/** Something that a sentinel published, past any partition. */
export interface SentinelEventMessage {
  readonly type: 'sentinel-event';
  readonly at: number;
  /** Its address. */
  readonly sentinel: string;
  /** `+sdown`, `+switch-master`, … */
  readonly channel: string;
  /** As published: `master mymaster 127.0.0.1 20001`. */
  readonly message: string;
}

// Faults

export type FaultName =
  | 'failover'
  | 'kill'
  | 'freeze'
  | 'isolate'
  | 'stop-sentinel'
  | 'thaw'
  | 'restart'
  | 'heal'
  | 'start-sentinel';

export interface FaultOffer {
  readonly name: FaultName;
  /** For a button: `Planned failover`. */
  readonly title: string;
  /** One sentence: what will happen. */
  readonly description: string;
  /** `true`: it mends what another one broke. */
  readonly repair: boolean;
}

/** The body of `POST /api/faults/:fault`; may be left out. */
export interface FaultRequest {
  /**
   * The node or sentinel that is meant. Left out: of `kill`, `freeze` and `isolate` the master, of `stop-sentinel` the
   * last one that runs, of a repair everything that it can mend. `restart` of a node that is still the master, since no
   * other one was promoted, needs it: that node comes back empty.
   */
  readonly target?: string;
}

/** How a fault, or a repair, went. `begun` is followed by `done` or `failed` with the same id. */
export interface FaultReport {
  readonly type: 'fault';
  readonly id: number;
  readonly at: number;
  readonly fault: FaultName;
  /** Which nodes or sentinels; of `failover` the old master. */
  readonly targets: readonly string[];
  /** `done`: it has happened, such as the process is gone; of `failover`: there is another master. */
  readonly state: 'begun' | 'done' | 'failed';
  /** Of `failed`: why, in one sentence. */
  readonly reason?: string;
}

// Requests

/** The body of `POST /api/lanes/:lane`: what shall be different. */
export interface LaneRequest {
  readonly enabled?: boolean;
  /** A whole number from 1 to 1000. */
  readonly ratePerSecond?: number;
}

/** The body of any answer that is no success. */
export interface ApiError {
  readonly statusCode: number;
  /** One sentence, for people. */
  readonly message: string;
  readonly error: string;
}
