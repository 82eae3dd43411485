import { createHash } from 'node:crypto';
import { type Address, formatAddress } from './address.ts';
import { type Answer, nullArray, Status } from './answer.ts';
import type { FakeConnection } from './fake-connection.ts';
import { FakeServer, type FakeServerOptions } from './fake-server.ts';
import { ReplyError } from './resp.ts';

/** Fields of an instance as `SENTINEL MASTER` and its like list them; they go before what the fake makes up. */
export type InstanceFields = Readonly<Record<string, string | number>>;

/** A replica that a fake sentinel lists. */
export interface FakeReplica extends Address {
  /** Such as `{ flags: 'slave,s_down', 'master-link-status': 'err' }`. Default: a healthy replica. */
  readonly fields?: InstanceFields | undefined;
}

/** Another sentinel that a fake sentinel lists. */
export interface FakeOther extends Address {
  /** Default: made from the address. */
  readonly id?: string | undefined;
  /** Such as `{ flags: 'sentinel,s_down' }`. Default: a healthy sentinel. */
  readonly fields?: InstanceFields | undefined;
}

/** A master that a fake sentinel watches. All of it may be changed at any time. */
export interface FakeGroup {
  readonly name: string;
  master: Address;
  configEpoch: number;
  quorum: number;
  replicas: readonly FakeReplica[];
  others: readonly FakeOther[];
  /** Of the master's row, such as `{ flags: 'master,s_down,o_down' }`. */
  fields: InstanceFields;
}

/** How a fake sentinel begins. */
export interface FakeSentinelOptions extends FakeServerOptions {
  /** The master's name. Default: `mymaster`. */
  readonly name?: string | undefined;
  /** Default: 127.0.0.1:6379. */
  readonly master?: Address | undefined;
  /** Default: 0. */
  readonly configEpoch?: number | undefined;
  /** Default: none. */
  readonly replicas?: readonly FakeReplica[] | undefined;
  /** Default: none. */
  readonly others?: readonly FakeOther[] | undefined;
  /** Default: the majority of the `others` and itself. */
  readonly quorum?: number | undefined;
  /** Its run id. Default: made from the address. */
  readonly id?: string | undefined;
}

/**
 * A sentinel that says what the test wants, in the shapes of a real one (7.0) and in RESP2 or RESP3. Get one from
 * {@link startFakeSentinel}.
 */
export class FakeSentinel extends FakeServer {
  readonly #groups = new Map<string, FakeGroup>();
  readonly #first: FakeGroup;
  readonly #id: string | undefined;

  /** @internal Use {@link startFakeSentinel}. */
  constructor(options: FakeSentinelOptions) {
    super(options);
    this.#id = options.id;
    this.#first = this.monitor(options.name ?? 'mymaster', options);
  }

  /** Its run id. */
  get id(): string {
    return this.#id ?? runId(this);
  }

  /** The (first) master's address. */
  get master(): Address {
    return this.#first.master;
  }

  set master(address: Address) {
    this.#first.master = address;
  }

  /** The (first) master's config epoch. */
  get configEpoch(): number {
    return this.#first.configEpoch;
  }

  set configEpoch(epoch: number) {
    this.#first.configEpoch = epoch;
  }

  /** The (first) master's replicas. */
  get replicas(): readonly FakeReplica[] {
    return this.#first.replicas;
  }

  set replicas(replicas: readonly FakeReplica[]) {
    this.#first.replicas = replicas;
  }

  /** The other sentinels that watch the (first) master. */
  get others(): readonly FakeOther[] {
    return this.#first.others;
  }

  set others(others: readonly FakeOther[]) {
    this.#first.others = others;
  }

  /** Watches one more master, or another one under the same name. */
  monitor(
    name: string,
    options: Omit<FakeSentinelOptions, keyof FakeServerOptions | 'name' | 'id'> = {},
  ): FakeGroup {
    const others = options.others ?? [];
    const group: FakeGroup = {
      name,
      master: options.master ?? { host: '127.0.0.1', port: 6379 },
      configEpoch: options.configEpoch ?? 0,
      quorum: options.quorum ?? Math.floor((others.length + 1) / 2) + 1,
      replicas: options.replicas ?? [],
      others,
      fields: {},
    };
    this.#groups.set(name, group);
    return group;
  }

  /** What it knows of a master. */
  group(name: string): FakeGroup {
    const group = this.#groups.get(name);
    if (!group)
      throw new Error(`This fake sentinel watches [${[...this.#groups.keys()].join(', ')}], not ${name}.`);
    return group;
  }

  /** Forgets a master, as `SENTINEL REMOVE` does. */
  forget(name: string): void {
    this.#groups.delete(name);
  }

  /** Sends a message to those who subscribed to its channel, and counts them. */
  publish(channel: string, payload: string): number {
    return this.send((connection) => {
      const patterns = [...connection.patterns].filter((pattern) => matches(pattern, channel));
      const messages = patterns.map((pattern) =>
        connection.encodePush(['pmessage', pattern, channel, payload]),
      );
      if (connection.channels.has(channel))
        messages.unshift(connection.encodePush(['message', channel, payload]));
      return messages.join('');
    });
  }

  /**
   * Ends a failover: another master, a higher config epoch, and `+switch-master`.
   *
   * @param to The new master.
   * @param name Default: the first one.
   */
  switchMaster(to: Address, name: string = this.#first.name): void {
    const group = this.group(name);
    const old = group.master;
    group.master = to;
    group.configEpoch += 1;
    this.publish('+switch-master', `${name} ${old.host} ${old.port} ${to.host} ${to.port}`);
  }

  /**
   * Publishes what a sentinel says of a replica: `+selected-slave`, `+failover-state-wait-promotion`, …
   *
   * @param name Default: the first one.
   */
  publishReplica(channel: string, replica: Address, name: string = this.#first.name): void {
    const { host, port } = this.group(name).master;
    const instance = `slave ${replica.host}:${replica.port} ${replica.host} ${replica.port}`;
    this.publish(channel, `${instance} @ ${name} ${host} ${port}`);
  }

  protected override get hello(): Readonly<Record<string, string>> {
    return { mode: 'sentinel' };
  }

  protected override execute(args: readonly string[], _connection: FakeConnection): Answer | undefined {
    switch ((args[0] ?? '').toUpperCase()) {
      case 'SENTINEL':
        return this.#sentinel((args[1] ?? '').toUpperCase(), args[2]);
      case 'ROLE':
        return ['sentinel', [...this.#groups.keys()]];
      case 'INFO':
        return this.#info();
      default:
        return undefined;
    }
  }

  #sentinel(subcommand: string, name: string | undefined): Answer {
    if (subcommand === 'MYID') return this.id;
    if (subcommand === 'MASTERS' || subcommand === 'PRIMARIES') {
      return [...this.#groups.values()].map((group) => masterRow(group));
    }
    const answer = ofGroup[subcommand];
    if (!answer) return new ReplyError(`ERR unknown subcommand '${subcommand}'. Try SENTINEL HELP.`);
    const group = this.#groups.get(name ?? '');
    if (group) return answer(group);
    return subcommand.startsWith('GET-') ? nullArray : new ReplyError('ERR No such master with that name');
  }

  #info(): string {
    const masters = [...this.#groups.values()].map(
      ({ name, master, replicas, others }, i) =>
        `master${i}:name=${name},status=ok,address=${formatAddress(master)},slaves=${replicas.length},sentinels=${others.length + 1}`,
    );
    const lines = [
      '# Server',
      'redis_version:7.0.15',
      'redis_mode:sentinel',
      `run_id:${this.id}`,
      '',
      '# Sentinel',
    ];
    return [...lines, `sentinel_masters:${masters.length}`, 'sentinel_tilt:0', ...masters, ''].join('\r\n');
  }
}

/**
 * Starts a fake sentinel.
 *
 * @example
 * ```ts
 * await using fake = await startFakeSentinel({ name: 'mymaster', master: { host: '127.0.0.1', port: 6379 } });
 * fake.switchMaster({ host: '127.0.0.1', port: 6380 });
 * fake.hang('sentinel');
 * ```
 */
export async function startFakeSentinel(options: FakeSentinelOptions = {}): Promise<FakeSentinel> {
  return await new FakeSentinel(options).listen();
}

const masterAddress = ({ master }: FakeGroup): Answer => [master.host, String(master.port)];
const replicas = (group: FakeGroup): Answer => group.replicas.map((replica) => replicaRow(replica, group));

const ofGroup: Readonly<Record<string, (group: FakeGroup) => Answer>> = {
  'GET-MASTER-ADDR-BY-NAME': masterAddress,
  'GET-PRIMARY-ADDR-BY-NAME': masterAddress,
  MASTER: masterRow,
  PRIMARY: masterRow,
  REPLICAS: replicas,
  SLAVES: replicas,
  SENTINELS: (group) => group.others.map((other) => otherRow(other)),
  CKQUORUM: checkQuorum,
  FAILOVER: () => new Status('OK'),
};

function masterRow(group: FakeGroup): Answer {
  const { name, master, configEpoch, quorum, replicas: all, others, fields } = group;
  return row(name, master, {
    runid: runId(master),
    flags: 'master',
    ...probes,
    'info-refresh': 1000,
    'role-reported': 'master',
    'role-reported-time': 1000,
    'config-epoch': configEpoch,
    'num-slaves': all.length,
    'num-other-sentinels': others.length,
    quorum,
    'failover-timeout': 10_000,
    'parallel-syncs': 1,
    ...fields,
  });
}

function replicaRow(replica: FakeReplica, { master }: FakeGroup): Answer {
  return row(`${replica.host}:${replica.port}`, replica, {
    runid: runId(replica),
    flags: 'slave',
    ...probes,
    'info-refresh': 1000,
    'role-reported': 'slave',
    'role-reported-time': 1000,
    'master-link-down-time': 0,
    'master-link-status': 'ok',
    'master-host': master.host,
    'master-port': master.port,
    'slave-priority': 100,
    'slave-repl-offset': 0,
    'replica-announced': 1,
    ...replica.fields,
  });
}

function otherRow(other: FakeOther): Answer {
  const id = other.id ?? runId(other);
  return row(id, other, {
    runid: id,
    flags: 'sentinel',
    ...probes,
    'last-hello-message': 1000,
    'voted-leader': '?',
    'voted-leader-epoch': 0,
    ...other.fields,
  });
}

const probes: InstanceFields = {
  'link-pending-commands': 0,
  'link-refcount': 1,
  'last-ping-sent': 0,
  'last-ok-ping-reply': 500,
  'last-ping-reply': 500,
  'down-after-milliseconds': 1000,
};

function row(name: string, { host, port }: Address, fields: InstanceFields): Answer {
  const entries = Object.entries({ name, ip: host, port, ...fields });
  return new Map(entries.map(([field, value]) => [field, String(value)]));
}

function checkQuorum({ others, quorum }: FakeGroup): Answer {
  const usable = others.filter(({ fields }) => !/s_down/.test(String(fields?.['flags'] ?? ''))).length + 1;
  const majority = Math.floor((others.length + 1) / 2) + 1;
  if (usable < Math.max(quorum, majority)) {
    const problems = [
      usable < quorum ? ' Not enough available Sentinels to reach the specified quorum for this master.' : '',
      usable < majority
        ? ' Not enough available Sentinels to reach the majority and authorize a failover.'
        : '',
    ];
    return new ReplyError(`NOQUORUM ${usable} usable Sentinels.${problems.join('')}`);
  }
  return new Status(`OK ${usable} usable Sentinels. Quorum and failover authorization can be reached`);
}

function runId(address: Address): string {
  return createHash('sha1').update(formatAddress(address)).digest('hex');
}

function matches(pattern: string, channel: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(channel);
}
