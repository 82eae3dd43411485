import { execFileSync } from 'node:child_process';
import { createRedis } from '@switchmaster/ioredis';
import {
  type Cluster,
  type ClusterNode,
  serverBinary,
  Writer,
  type WriterFigures,
} from '@switchmaster/testing';
import { Redis } from 'ioredis';
import { createSentinel } from 'redis';
import type { Context } from '../src/context.ts';
import type { ExitCode } from '../src/exit-code.ts';
import { run } from '../src/main.ts';
import { aContext } from './program.ts';

/** What a run of the program left. */
export interface Ran {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program in this process, without a terminal. */
export async function cli(
  argv: readonly string[],
  options: {
    readonly signal?: AbortSignal;
    readonly env?: Context['env'];
    /** Hears all of stdout so far, at each piece. */
    readonly onOutput?: (soFar: string) => void;
  } = {},
): Promise<Ran> {
  const { context, written } = aContext({
    env: options.env ?? {},
    ...(options.signal && { signal: options.signal }),
  });
  const stdout = {
    write: (piece: string): void => {
      context.stdout.write(piece);
      options.onOutput?.(written.stdout);
    },
  };
  const exitCode = await run(argv, { ...context, stdout });
  return { exitCode, ...written };
}

/** The flags that say which cluster is meant. */
export function flagsOf({ sentinels, name }: Cluster): string[] {
  return ['--name', name, ...sentinels.flatMap(({ host, port }) => ['--sentinel', `${host}:${port}`])];
}

/** Whether the server that tests run on is Valkey 9 or later, which has `SENTINEL FAILOVER … COORDINATED`. */
export function knowsCoordination(): boolean {
  const version = execFileSync(serverBinary(), ['--version'], { encoding: 'utf8' });
  return Number(/^Valkey server v=(\d+)/.exec(version)?.[1] ?? 0) >= 9;
}

export type ClientName = 'ioredis' | 'node-redis' | 'switchmaster-ioredis';

interface Connected {
  readonly set: (key: string, value: string) => Promise<unknown>;
  readonly close: () => void;
}

/** All with nothing but what their documentation shows for Sentinel. */
const connect: Readonly<Record<ClientName, (cluster: Cluster) => Promise<Connected>>> = {
  ioredis: ({ name, sentinels }) => {
    const redis = new Redis({ name, sentinels: [...sentinels] });
    redis.on('error', () => {});
    return Promise.resolve({ set: (key, value) => redis.set(key, value), close: () => redis.disconnect() });
  },
  'node-redis': async ({ name, sentinels }) => {
    const client = createSentinel({ name, sentinelRootNodes: [...sentinels] });
    client.on('error', () => {});
    await client.connect();
    return { set: (key, value) => client.set(key, value), close: () => void client.destroy() };
  },
  'switchmaster-ioredis': ({ name, sentinels }) => {
    const redis = createRedis({ name, sentinels: [...sentinels] });
    redis.on('error', () => {});
    return Promise.resolve({ set: (key, value) => redis.set(key, value), close: () => redis.disconnect() });
  },
};

/** A client that writes 1,000 keys a second, until it is disposed of. */
export class Load implements Disposable {
  readonly writer: Writer;
  readonly #close: () => void;

  private constructor(client: Connected, prefix: string) {
    this.writer = new Writer({ set: client.set, perSecond: 1000, prefix });
    this.#close = client.close;
  }

  static async start(cluster: Cluster, name: ClientName, number = 0): Promise<Load> {
    const load = new Load(await connect[name](cluster), `${name}:${number}:`);
    load.writer.start();
    await load.writer.more(50);
    return load;
  }

  /** Ends the writing, and looks every acknowledged key up. */
  async finish(master: ClusterNode): Promise<WriterFigures> {
    await this.writer.stop();
    using client = await master.client();
    return await this.writer.check(async (keys) => {
      return (await client.command('MGET', ...keys)) as (string | null)[];
    });
  }

  [Symbol.dispose](): void {
    void this.writer.stop({ patienceMs: 0 });
    this.#close();
  }
}

/** Replicas are asked for `INFO` often, so that a new priority is seen at once. */
export async function askOften(cluster: Cluster): Promise<void> {
  await Promise.all(
    cluster.sentinelHandles.map((sentinel) => sentinel.command('SENTINEL', 'DEBUG', 'INFO-PERIOD', 500)),
  );
}

/** What `--json` prints. */
export interface Printed {
  readonly verdict: string;
  readonly to?: string;
  readonly reasons?: readonly string[];
  readonly steps?: readonly { readonly action: string; readonly outcome: string; readonly detail: string }[];
}

/** `switchmaster switchover --yes --json` on a cluster. */
export async function switchover(
  cluster: Cluster,
  ...flags: readonly string[]
): Promise<{ readonly exitCode: ExitCode; readonly report: Printed }> {
  const { exitCode, stdout, stderr } = await cli([
    'switchover',
    '--yes',
    '--json',
    ...flagsOf(cluster),
    ...flags,
  ]);
  if (stdout === '') throw new Error(stderr);
  return { exitCode, report: JSON.parse(stdout) as Printed };
}

/** The actions that ended so. */
export function stepsOf({ steps = [] }: Printed, wanted: string): string[] {
  return steps.filter(({ outcome }) => outcome === wanted).map(({ action }) => action);
}

/** `replica-priority` of each node. */
export async function priorities({ nodes }: Cluster): Promise<number[]> {
  const replies = await Promise.all(nodes.map((node) => node.command('CONFIG', 'GET', 'replica-priority')));
  return replies.map((reply) => Number((reply as string[])[1]));
}
