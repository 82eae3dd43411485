import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Address, connectRedis, eventually } from '@switchmaster/testing';
import type { ClientDefinition } from './clients/client.ts';

const host = '127.0.0.1';
/** Enough on a busy machine. */
const answerTimeoutMs = 5000;

/** The path of HAProxy, if it is installed. */
export function findHaproxy(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'haproxy')).find(isExecutable);
}

/** Who can take part, and with what. */
export interface Entrants {
  readonly clients: readonly ClientDefinition[];
  /** The path of HAProxy, if one of them needs it. */
  readonly haproxy: string | undefined;
  readonly notes: readonly string[];
}

/** All of them, but none that is behind HAProxy where that is not `installed`, as {@link findHaproxy} says. */
export function entrantsOf(clients: readonly ClientDefinition[], installed: string | undefined): Entrants {
  const others = clients.filter(({ isProxied }) => !isProxied);
  if (others.length === clients.length) return { clients, haproxy: undefined, notes: [] };
  if (installed !== undefined) return { clients, haproxy: installed, notes: [] };
  return {
    clients: others,
    haproxy: undefined,
    notes: ['There is no haproxy on PATH, so the client behind it does not take part.'],
  };
}

/** Says which process HAProxy is, and ends it when the input ends: when we say so, or are gone. */
const guarded = '"$0" -db -f "$1" < /dev/null > /dev/null & echo $!; read -r _; kill -9 $!';

/** A running HAProxy that leads to whichever node says `role:master`. */
export class Haproxy implements AsyncDisposable {
  readonly address: Address;
  readonly pid: number;
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(address: Address, pid: number, folder: string, child: ChildProcess) {
    this.address = address;
    this.pid = pid;
    this.#folder = folder;
    this.#child = child;
  }

  /** Resolves when it leads to the master. */
  static async start(binary: string, nodes: readonly Address[]): Promise<Haproxy> {
    const folder = mkdtempSync(join(tmpdir(), 'switchmaster-haproxy-'));
    const address = { host, port: await freePort() };
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, configuration(address, nodes));
    const child = spawn('sh', ['-c', guarded, binary, file], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // A Ctrl-C must not end the guard, which would leave HAProxy behind.
      detached: true,
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const haproxy = new Haproxy(address, Number(line), folder, child);
    try {
      await eventually(() => leadsToMaster(address, nodes.length), {
        timeoutMs: 20_000,
        what: 'HAProxy to find the master',
      });
      return haproxy;
    } catch (error) {
      await haproxy[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** As such set-ups are usually made, but quicker, and so that no session stays on a node that is no master any more. */
function configuration({ port }: Address, nodes: readonly Address[]): string {
  const servers = nodes.map((node, i) => `  server node${i} ${node.host}:${node.port}`);
  return `global
  maxconn 1000
defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
listen redis
  bind ${host}:${port}
  option tcp-check
  tcp-check connect
  tcp-check send PING\\r\\n
  tcp-check expect string +PONG
  tcp-check send info\\ replication\\r\\n
  tcp-check expect string role:master
  tcp-check send QUIT\\r\\n
  tcp-check expect string +OK
  default-server check inter 500ms fall 1 rise 1 on-marked-down shutdown-sessions
${servers.join('\n')}
`;
}

/** At first it takes every node for a good one, and leads to them in turn. */
async function leadsToMaster(address: Address, nodes: number): Promise<void> {
  for (let i = 0; i < nodes; i++) {
    using client = await connectRedis({ ...address, timeoutMs: answerTimeoutMs });
    const [role] = (await client.command('ROLE')) as readonly unknown[];
    if (role !== 'master') throw new Error(`HAProxy leads to a ${String(role)}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
