import assert from 'node:assert/strict';
import type { Address } from '../address.ts';
import { whileAwake } from '../awake.ts';
import { startCluster, type Cluster } from '../cluster.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { eventually } from '../eventually.ts';
import type { ClusterNode, ClusterSentinel, Member } from '../member.ts';
import { Writer, type ReadMany, type WriterFigures, type WriterOptions } from '../writer.ts';
import type {
  ConformanceCapabilities,
  ConformanceClient,
  ConformanceFigures,
  ConformanceHarness,
  ConformanceOptions,
  ConformanceResolver,
  ConformanceSentinelSet,
} from './types.ts';

/** One thing that can go wrong, and what a client has to make of it. */
export interface Scenario {
  readonly title: string;
  /** The deployment that it happens to. */
  readonly cluster?: ClusterOptions | undefined;
  /** A scenario is left out where a client lacks this. */
  readonly needs?: 'pubSub' | 'blocking' | 'duplicate' | 'replicas' | undefined;
  readonly run: (trial: Trial) => Promise<void>;
}

/** What most scenarios begin with. */
export interface Started {
  readonly resolver: ConformanceResolver;
  readonly client: ConformanceClient;
}

/** Writes that may have been under way when a server was lost: about these nobody can promise anything. */
export const underWay = 50;

/** What a process that stood still could not help. */
class LostWrites extends Error {
  readonly count: number;

  constructor(count: number) {
    super(`${count} acknowledged writes are lost`);
    this.count = count;
  }
}

/** One scenario at work: its cluster, and everything that has to be closed after it. */
export class Trial {
  readonly cluster: Cluster;
  readonly capabilities: ConformanceCapabilities;
  readonly #scenario: Scenario;
  readonly #harness: ConformanceHarness;
  readonly #report: (figures: ConformanceFigures) => void;
  readonly #writers: Writer[] = [];
  readonly #clients: ConformanceClient[] = [];
  readonly #resolvers: (ConformanceResolver | ConformanceSentinelSet)[] = [];

  private constructor(
    scenario: Scenario,
    harness: ConformanceHarness,
    { capabilities = {}, report = () => {} }: ConformanceOptions,
    cluster: Cluster,
  ) {
    this.#scenario = scenario;
    this.#harness = harness;
    this.#report = report;
    this.capabilities = capabilities;
    this.cluster = cluster;
  }

  static async run(
    scenario: Scenario,
    harness: ConformanceHarness,
    options: ConformanceOptions,
  ): Promise<void> {
    await whileAwake(() => Trial.#once(scenario, harness, options), {
      excuses: (error) => error instanceof LostWrites,
      onRepeat: (error, stoodStillMs) => {
        const lost = error instanceof LostWrites ? error.count : 0;
        options.report?.({ harness: harness.name, scenario: scenario.title, lost, stoodStillMs });
      },
    });
  }

  static async #once(
    scenario: Scenario,
    harness: ConformanceHarness,
    options: ConformanceOptions,
  ): Promise<void> {
    const cluster = await startCluster({ ...options.cluster, ...scenario.cluster });
    const trial = new Trial(scenario, harness, options, cluster);
    try {
      await scenario.run(trial);
    } catch (error) {
      if (error instanceof Error) error.message += trial.#story();
      throw error;
    } finally {
      await trial.#end();
    }
  }

  /** A resolver and a client of it that is connected. */
  async start(): Promise<Started> {
    const resolver = this.resolver();
    const client = await this.connect(resolver);
    await client.command('PING');
    return { resolver, client };
  }

  resolver(
    options: { name?: string; sentinels?: readonly Address[] | ConformanceSentinelSet } = {},
  ): ConformanceResolver {
    const { name = this.cluster.name, sentinels = this.cluster.sentinels } = options;
    return this.#keep(this.#harness.createResolver({ name, sentinels }));
  }

  sentinelSet(): ConformanceSentinelSet {
    return this.#keep(this.#harness.createSentinelSet({ sentinels: this.cluster.sentinels }));
  }

  async connect(
    resolver: ConformanceResolver,
    role: 'master' | 'replica' = 'master',
  ): Promise<ConformanceClient> {
    return this.adopt(await this.#harness.connect(resolver, { role }));
  }

  /** Sees to it that a client is ended after the scenario. */
  adopt(client: ConformanceClient): ConformanceClient {
    this.#clients.push(client);
    return client;
  }

  write(client: ConformanceClient, options: Partial<WriterOptions> = {}): Writer {
    const writer = new Writer({ set: (key, value) => client.command('SET', key, value), ...options });
    this.#writers.push(writer);
    writer.start();
    return writer;
  }

  /** Ends the writing, and counts on the final master what is there. */
  async finish(writer: Writer, master: ClusterNode, what: string = ''): Promise<WriterFigures> {
    await writer.stop();
    const figures = await writer.check(readFrom(master));
    this.report(figures, what);
    return figures;
  }

  report(figures: Omit<ConformanceFigures, 'harness' | 'scenario'>, what: string = ''): void {
    const scenario = [this.#scenario.title, what].filter(Boolean).join(': ');
    this.#report({ harness: this.#harness.name, scenario, ...figures });
  }

  /** Nobody may lose, fail or hang a write where the old master was alive to finish what was under way. */
  assertFlawless({ lost, failed, hung, errors }: WriterFigures): void {
    assert.deepEqual({ failed, hung, errors }, { failed: 0, hung: 0, errors: [] });
    if (lost > 0) throw new LostWrites(lost);
  }

  /** How many writes that were under way when a connection broke may fail, by the client's own rule. */
  get mayFail(): number {
    return this.capabilities.inFlight === 'rejected' ? underWay : 0;
  }

  /** What was under way when the master was lost is the client's own rule; everything else as ever. */
  assertRecovered({ lost, failed, hung, errors }: WriterFigures): void {
    assert.equal(hung, 0);
    assert.ok(failed <= this.mayFail, `${failed} writes failed: ${errors.join('; ')}`);
    assert.ok(lost <= underWay, `${lost} acknowledged writes are lost`);
  }

  /** A planned failover. Its leader may give up while replicas change masters, and is asked again then. */
  failOver(old: ClusterNode, leader: number): Promise<ClusterNode> {
    const again = async (): Promise<ClusterNode> => {
      await this.cluster.failover(old.name, { via: leader });
      return this.cluster.masterAfter(old, { timeoutMs: 5000 });
    };
    return eventually(again, { timeoutMs: 30_000, what: `a failover led by sentinel ${leader}` });
  }

  /** Resolves when every replica has found its master: none that is behind can be promoted from then on. */
  async replicated(master: ClusterNode): Promise<void> {
    const inStep = async (node: ClusterNode): Promise<boolean> => {
      const role = await node.command('ROLE');
      if (!Array.isArray(role) || role[0] !== 'slave') return true;
      return role[1] === master.host && role[2] === master.port && role[3] === 'connected';
    };
    const all = async (): Promise<boolean> =>
      (await Promise.all(this.cluster.nodes.map(inStep))).every(Boolean);
    await eventually(all, { timeoutMs: 20_000, what: 'the replicas to be in step' });
  }

  sentinel(index: number): ClusterSentinel {
    const sentinel = this.cluster.sentinelHandles[index];
    assert.ok(sentinel, `there is no sentinel ${index}`);
    return sentinel;
  }

  /** The connections to all servers that are not the servers' own. */
  async connections(): Promise<string[]> {
    const members = [...this.cluster.nodes, ...this.cluster.sentinelHandles];
    const running = members.filter((member) => member.state === 'running');
    return (await Promise.all(running.map((member) => connectionsTo(member)))).flat();
  }

  /** What the resolvers make of it, for whoever has to find out why a scenario failed. */
  #story(): string {
    const topologies = this.#resolvers.flatMap((one) =>
      'topology' in one ? [JSON.stringify(one.topology)] : [],
    );
    return [
      `\nThe nodes: ${this.cluster.nodes.map(({ address, state }) => `${address} ${state}`).join(', ')}`,
    ]
      .concat(topologies)
      .join('\nThe resolver: ');
  }

  async #end(): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.stop({ patienceMs: 0 })));
    for (const client of this.#clients) client.destroy();
    await Promise.all(this.#resolvers.toReversed().map((resolver) => resolver.close()));
    await this.cluster.stop();
  }

  #keep<T extends ConformanceResolver | ConformanceSentinelSet>(one: T): T {
    this.#resolvers.push(one);
    return one;
  }
}

function readFrom(node: ClusterNode): ReadMany {
  return async (keys) => {
    const values = await node.command('MGET', ...keys);
    return Array.isArray(values) ? values.map((value) => (value === null ? null : String(value))) : [];
  };
}

/** The clients of a server, without the other servers and without the question itself. */
export async function connectionsTo(member: Member): Promise<string[]> {
  const reply = await member.command('CLIENT', 'LIST');
  const list = typeof reply === 'string' ? reply.trim().split('\n') : [];
  return list.filter((line) => !/ name=sentinel-| flags=\S*[SM]| cmd=client/.test(line));
}
