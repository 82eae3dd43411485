import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, until } from '@switchmaster/testing';
import { afterEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** It compiles itself, Nest and all, which takes its time on a busy machine. */
const startTimeoutMs = 100_000;
const started = new Set<ChildProcess>();

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

/** The example as `pnpm example` runs it. */
class Program {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly #closed: Promise<unknown[]>;

  constructor(...args: readonly string[]) {
    const loader = ['--conditions=@switchmaster/source', '--import=tsx'];
    const env = { ...process.env, TSX_TSCONFIG_PATH: 'apps/example/tsconfig.json' };
    const child = spawn(process.execPath, [...loader, 'apps/example/src/main.ts', ...args], {
      cwd: root,
      env,
    });
    child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.child = child;
    this.#closed = once(child, 'close');
    started.add(child);
  }

  /** Resolves with the exit code, or with the signal that ended it. */
  async end(): Promise<unknown> {
    const [code, signal] = await this.#closed;
    return code ?? signal;
  }

  /** Resolves when it is open, with the address that it prints. */
  async url(): Promise<string> {
    const line = await until(() => /^.*\n/.exec(this.stdout)?.[0], { timeoutMs: startTimeoutMs });
    return (JSON.parse(line) as { url: string }).url;
  }

  /** The servers that it runs, as `pid command`. */
  get servers(): string[] {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
    return lines.flatMap((line) => {
      const [pid, parent, ...command] = line.trim().split(/ +/);
      const isServer = Number(parent) === this.child.pid && /redis|valkey/.test(command[0] ?? '');
      return isServer ? [`${pid} ${command.join(' ')}`] : [];
    });
  }
}

function isAlive(server: string): boolean {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.some((line) => line.trim() === server);
}

test('says what is wrong with an option, and exits with 2', async () => {
  const program = new Program('--port', 'http');
  expect(await program.end()).toBe(2);
  expect(program.stdout).toBe('');
  expect(program.stderr).toMatch(/^error: .*--port.*'http'.*0 to 65535.*\n$/);
});

test(
  'serves one URL, says when its port is taken, and leaves nothing behind after Ctrl-C',
  { timeout: 3 * startTimeoutMs },
  async () => {
    const program = new Program('--json', '--port', '0');
    const url = await program.url();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/health`)).status).toBe(200);

    const second = new Program('--port', new URL(url).port);
    expect(await second.end()).toBe(1);
    expect(second.stderr).toMatch(/^error: .*EADDRINUSE.*\n$/);
    expect(second.servers).toEqual([]);

    const { servers } = program;
    expect(servers).toHaveLength(6);
    program.child.kill('SIGINT');
    expect(await program.end()).toBe(130);
    await eventually(() => expect(servers.filter(isAlive)).toEqual([]));
    expect(program.stderr).toBe('');
  },
);
