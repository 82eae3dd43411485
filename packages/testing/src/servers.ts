import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, formatAddress } from './address.ts';
import type { ResolvedOptions } from './cluster-options.ts';
import {
  type Credentials,
  type MonitoredGroup,
  nodeConfigFile,
  sentinelConfigFile,
  type TlsFiles,
} from './config-file.ts';
import { ClusterNode, ClusterSentinel, type Member, type Place } from './member.ts';
import { Network } from './network.ts';
import { Reservations } from './ports.ts';
import { ProcessGuard } from './process-guard.ts';
import { RedisProcess } from './redis-process.ts';
import { ReplyError } from './resp.ts';

/** A port that was free when it was picked and is not any more. */
export class PortTakenError extends Error {}

// Added where ACL lines are given, because those may switch the default user off.
const administrator = 'switchmaster';

/** Makes the servers of one cluster, in a temporary folder of its own, and clears everything away. */
export class Servers {
  readonly network: Network;
  readonly #options: ResolvedOptions;
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'switchmaster-'));
  readonly #guard: ProcessGuard = new ProcessGuard(this.#folder);
  readonly #reservations = new Reservations();
  readonly #made: Member[] = [];
  readonly #nodeAuth: Credentials | undefined;
  readonly #sentinelAuth: Credentials | undefined;
  readonly #tls: TlsFiles | undefined;
  #closed = false;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.network = new Network(this.#reservations, options);
    this.#nodeAuth = credentials(options.nodePassword, options.nodeUsers);
    this.#sentinelAuth = credentials(options.sentinelPassword, options.sentinelUsers);
    this.#tls = options.tls && {
      key: this.#write('tls.key', options.tls.key),
      cert: this.#write('tls.crt', options.tls.cert),
      ca: this.#write('ca.crt', options.tls.ca),
    };
  }

  /** The folder with the configuration and log files. */
  get folder(): string {
    return this.#folder;
  }

  /** A node that is not started yet. */
  async node(name: string, replicaOf?: Address): Promise<ClusterNode> {
    const { nodePassword, nodeUsers, nodeConfig } = this.#options;
    const place = await this.network.place('node');
    const config = nodeConfigFile({
      ...place,
      replicaOf,
      password: nodePassword,
      users: withAdministrator(nodeUsers, this.#nodeAuth),
      replication: this.#nodeAuth,
      tls: this.#tls,
      extra: nodeConfig,
    });
    const process = this.#process('node', place, config, []);
    return this.#keep(
      new ClusterNode(name, { place, process, credentials: this.#nodeAuth, tls: this.#options.tls }),
    );
  }

  /** A sentinel that is not started yet. */
  async sentinel(groups: readonly MonitoredGroup[]): Promise<ClusterSentinel> {
    const { sentinelPassword, sentinelUsers, sentinelConfig, downAfterMs, failoverTimeoutMs, tls } =
      this.#options;
    const place = await this.network.place('sentinel');
    const id = randomBytes(20).toString('hex');
    const config = sentinelConfigFile({
      ...place,
      id,
      groups,
      downAfterMs,
      failoverTimeoutMs,
      password: sentinelPassword,
      users: withAdministrator(sentinelUsers, this.#sentinelAuth),
      nodes: this.#nodeAuth,
      sentinels: this.#sentinelAuth,
      tls: this.#tls,
      extra: sentinelConfig,
    });
    const process = this.#process('sentinel', place, config, ['--sentinel']);
    return this.#keep(new ClusterSentinel(id, { place, process, credentials: this.#sentinelAuth, tls }));
  }

  /** Starts a server and resolves when it answers. */
  async launch(member: Member): Promise<void> {
    if (this.#closed) throw new Error('The cluster is stopped.');
    member.process.start();
    const deadline = performance.now() + this.#options.startTimeoutMs;
    for (;;) {
      const failure = await member.command('PING').then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) return;
      if (member.state === 'stopped') throw startError(member, 'ended at once', failure);
      const late = performance.now() >= deadline;
      const denied = failure instanceof ReplyError && /^(NOAUTH|WRONGPASS|NOPERM)$/.test(failure.code);
      if (late || denied) throw startError(member, 'gave no good answer to PING', failure);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }

  /** Kills every server, closes the proxies, removes the folder and gives the ports back. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#made.map((member) => member.process.kill()));
    await this.network.close();
    await this.#guard.close();
    rmSync(this.#folder, { recursive: true, force: true });
    this.#reservations.release();
  }

  #keep<M extends Member>(member: M): M {
    this.#made.push(member);
    return member;
  }

  #process(kind: string, place: Place, config: string, args: readonly string[]): RedisProcess {
    const file = `${kind}-${this.#made.length + 1}`;
    // A folder each: a replica loads the master's data from `dump.rdb` in its own.
    const cwd = join(this.#folder, file);
    mkdirSync(cwd);
    return new RedisProcess({
      title: `${kind} ${formatAddress(place.announce)}`,
      server: this.#options.server,
      args: [this.#write(`${file}.conf`, config), ...args],
      cwd,
      logFile: join(this.#folder, `${file}.log`),
      guard: this.#guard,
    });
  }

  #write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }
}

function credentials(password: string | undefined, users: readonly string[]): Credentials | undefined {
  if (users.length > 0) return { username: administrator, password: randomBytes(16).toString('hex') };
  return password === undefined ? undefined : { username: undefined, password };
}

function withAdministrator(users: readonly string[], auth: Credentials | undefined): readonly string[] {
  if (users.length === 0 || !auth) return users;
  return [...users, `user ${administrator} on >${auth.password} ~* &* +@all`];
}

function startError(member: Member, what: string, cause: unknown): Error {
  const tail = member.process.logTail();
  const text = `The server for ${member.address} ${what}. Its log ends with:\n${tail}`;
  return /Address already in use/i.test(tail)
    ? new PortTakenError(text, { cause })
    : new Error(text, { cause });
}
