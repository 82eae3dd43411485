import type { Address } from '../address.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import type { WriterFigures } from '../writer.ts';

/** What is used of a test runner: the functions of vitest and Jest have this shape. */
export interface ConformanceRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>, timeoutMs: number): void;
}

/** What is used of a resolver. */
export interface ConformanceResolver {
  readonly topology: {
    readonly phase: string;
    readonly verified: boolean;
    readonly master: Address | undefined;
    readonly sentinels: readonly (Address & { readonly state: string })[];
  };
  replicas(): readonly Address[];
  on(event: 'hold' | 'switch' | 'release', listener: () => void): () => void;
  close(): Promise<void>;
}

/** What is used of a set of sentinels that resolvers share. */
export interface ConformanceSentinelSet {
  close(): Promise<void>;
}

/** What a resolver is made with. */
export interface ConformanceResolverOptions<SentinelSet> {
  readonly name: string;
  readonly sentinels: readonly Address[] | SentinelSet;
}

/** What every kind of client can be made to do. A command that fails rejects. */
export interface ConformanceClient {
  command(...args: readonly string[]): Promise<unknown>;
  /** Sends commands together. Rejects if one of them fails. */
  pipeline(commands: readonly (readonly string[])[]): Promise<readonly unknown[]>;
  /** Sends commands as a transaction. */
  multi(commands: readonly (readonly string[])[]): Promise<readonly unknown[]>;
  /** Resolves when the subscription is up. Left out by an adapter without Pub/Sub. */
  readonly subscribe?: ((channel: string, onMessage: (message: string) => void) => Promise<void>) | undefined;
  /** Left out by an adapter whose clients cannot be duplicated. */
  readonly duplicate?: (() => Promise<ConformanceClient>) | undefined;
  /** Whether it has ended for good. */
  isEnded(): boolean;
  /** Ends it as soon as the replies that it waits for have come. */
  close(): Promise<void>;
  /** Ends it now. */
  destroy(): void;
}

/** How the suite gets at an adapter: it imports neither the adapter nor the resolver. */
export interface ConformanceHarness<
  Resolver extends ConformanceResolver = ConformanceResolver,
  SentinelSet extends ConformanceSentinelSet = ConformanceSentinelSet,
> {
  /** The client's name, for the title. */
  readonly name: string;
  createResolver(options: ConformanceResolverOptions<SentinelSet>): Resolver;
  createSentinelSet(options: { readonly sentinels: readonly Address[] }): SentinelSet;
  /** Makes a client without waiting for its connection. */
  connect(resolver: Resolver, options: { readonly role: 'master' | 'replica' }): Promise<ConformanceClient>;
}

/** The rules of a client that no adapter can change, and what an adapter leaves out. */
export interface ConformanceCapabilities {
  /** What becomes of commands without a reply when the connection goes. Default: `resent`. */
  readonly inFlight?: 'resent' | 'rejected' | undefined;
  /** What becomes of a command that was answered by `READONLY`. Default: `resent`. */
  readonly refused?: 'resent' | 'rejected' | undefined;
  /** Default: true. */
  readonly pubSub?: boolean | undefined;
  /** Blocking commands, such as `BLPOP`. Default: true. */
  readonly blocking?: boolean | undefined;
  /** Default: true. */
  readonly duplicate?: boolean | undefined;
  /** `role: 'replica'`. Default: true. */
  readonly replicas?: boolean | undefined;
}

/** What a scenario has measured. Nothing in the suite depends on how long something took. */
export interface ConformanceFigures extends Partial<WriterFigures> {
  readonly harness: string;
  readonly scenario: string;
  /** From the first command to its answer, in milliseconds. */
  readonly firstCommandMs?: number;
  /** Given where writes were lost and the trial is repeated: for how long this process stood still. */
  readonly stoodStillMs?: number;
  /** From when the new master said that it is one to its first acknowledgement, in milliseconds. */
  readonly resumedAfterMs?: number | undefined;
}

/** Options of {@link adapterConformance}. */
export interface ConformanceOptions {
  /** What every cluster is started with, such as `{ addressing: 'hosts' }`. */
  readonly cluster?: ClusterOptions | undefined;
  readonly capabilities?: ConformanceCapabilities | undefined;
  /** Called with the figures of each scenario that has some. */
  readonly report?: ((figures: ConformanceFigures) => void) | undefined;
}
