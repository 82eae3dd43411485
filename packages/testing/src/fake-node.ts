import type { Address } from './address.ts';
import { type Answer, Status } from './answer.ts';
import { FakeServer, type FakeServerOptions } from './fake-server.ts';
import { ReplyError } from './resp.ts';

/** The states of a replica's link, as `ROLE` names them. */
export type ReplicaLink = 'none' | 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected' | 'unknown';

/** How a fake node begins. */
export interface FakeNodeOptions extends FakeServerOptions {
  /** Default: `master`. */
  readonly role?: 'master' | 'replica' | undefined;
  /** Whom it replicates as a replica. Default: 127.0.0.1:6379. */
  readonly master?: Address | undefined;
}

/**
 * A Redis node that says what the test wants when it is asked for its role. It holds no data, apart from answering
 * `SET` (with `READONLY` as a replica) and `GET`. Get one from {@link startFakeNode}.
 */
export class FakeNode extends FakeServer {
  /** What it says it is. */
  role: 'master' | 'replica';
  /** Whom it replicates as a replica. */
  master: Address;
  /** The state of its link to the master as a replica. */
  link: ReplicaLink = 'connected';
  /** Its replication offset. */
  offset = 0;
  /** Who replicates it as a master. */
  replicas: readonly Address[] = [];
  /** The memory of `SET` and `GET`. */
  readonly data: Map<string, string> = new Map();

  /** @internal Use {@link startFakeNode}. */
  constructor(options: FakeNodeOptions) {
    super(options);
    this.role = options.role ?? 'master';
    this.master = options.master ?? { host: '127.0.0.1', port: 6379 };
  }

  /** Becomes a master and disconnects everybody, as a node does that a sentinel promotes. */
  promote(): void {
    this.role = 'master';
    this.dropConnections();
  }

  /** Becomes a replica and disconnects everybody, as a node does that a sentinel demotes. */
  demote(master: Address): void {
    this.role = 'replica';
    this.master = master;
    this.dropConnections();
  }

  protected override get hello(): Readonly<Record<string, string>> {
    return { mode: 'standalone', role: this.role };
  }

  protected override execute(args: readonly string[]): Answer | undefined {
    const [command = '', key = '', value = ''] = args;
    switch (command.toUpperCase()) {
      case 'ROLE':
        return this.#role();
      case 'INFO':
        return this.#info();
      case 'SELECT':
        return new Status('OK');
      case 'GET':
        return this.data.get(key) ?? null;
      case 'SET':
        if (this.role === 'replica')
          return new ReplyError("READONLY You can't write against a read only replica.");
        this.data.set(key, value);
        return new Status('OK');
      default:
        return undefined;
    }
  }

  #role(): Answer {
    if (this.role === 'replica') return ['slave', this.master.host, this.master.port, this.link, this.offset];
    const replicas = this.replicas.map(({ host, port }) => [host, String(port), String(this.offset)]);
    return ['master', this.offset, replicas];
  }

  #info(): string {
    const role = this.role === 'master' ? this.#masterInfo() : this.#replicaInfo();
    const lines = ['# Server', 'redis_version:7.0.15', 'redis_mode:standalone', '', '# Replication', ...role];
    return [...lines, `master_repl_offset:${this.offset}`, ''].join('\r\n');
  }

  #masterInfo(): string[] {
    const replicas = this.replicas.map(
      ({ host, port }, i) => `slave${i}:ip=${host},port=${port},state=online,offset=${this.offset},lag=0`,
    );
    return ['role:master', `connected_slaves:${replicas.length}`, ...replicas];
  }

  #replicaInfo(): string[] {
    return [
      'role:slave',
      `master_host:${this.master.host}`,
      `master_port:${this.master.port}`,
      `master_link_status:${this.link === 'connected' ? 'up' : 'down'}`,
      `slave_repl_offset:${this.offset}`,
      'slave_priority:100',
    ];
  }
}

/**
 * Starts a fake node.
 *
 * @example
 * ```ts
 * await using node = await startFakeNode({ role: 'replica' });
 * node.promote();
 * node.hang('role');
 * ```
 */
export async function startFakeNode(options: FakeNodeOptions = {}): Promise<FakeNode> {
  return await new FakeNode(options).listen();
}
