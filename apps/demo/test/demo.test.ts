import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, until } from '@switchmaster/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';

// A demo is eleven processes, which take their time to start on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = 'apps/demo/src/main.ts';

const aNumber: unknown = expect.any(Number);
const started = new Set<ChildProcess>();

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

/** The demo as `pnpm demo` runs it. */
class Demo {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly #closed: Promise<unknown[]>;

  constructor(...args: readonly string[]) {
    const loader = ['--conditions=@switchmaster/source', '--import=tsx'];
    const child = spawn(process.execPath, [...loader, program, ...args], { cwd: root });
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

  /** Resolves when a client writes. */
  async writing(): Promise<void> {
    await until(() => this.stdout.includes('acked'), { timeoutMs: 120_000 });
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, ...command] = line.trim().split(/ +/);
    return { pid: Number(pid), parent: Number(parent), command: command.join(' ') };
  });
}

/** The servers and the writers of a demo. */
function offspring({ child }: Demo): Process[] {
  return processes().filter(
    ({ parent, command }) => parent === child.pid && /redis|valkey|writer-main/.test(command),
  );
}

function isAlive({ pid, command }: Process): boolean {
  return processes().some((one) => one.pid === pid && one.command === command);
}

test('prints one object with --json, and everything else on stderr', async () => {
  const demo = new Demo('--json', '--fault', 'kill');
  expect(await demo.end()).toBe(0);

  const { runs } = JSON.parse(demo.stdout) as { runs: unknown[] };
  const expected = {
    fault: 'kill',
    // What a killed master had acknowledged and not yet handed on is gone.
    lost: aNumber,
    failed: 0,
    acked: aNumber,
    hung: aNumber,
    longestGapMs: aNumber,
  };
  expect(runs).toHaveLength(4);
  expect(runs[0]).toMatchObject({ client: 'switchmaster-ioredis', ...expected });
  expect(runs[1]).toMatchObject({ client: 'ioredis', ...expected });
  // What was in flight when the master was killed, node-redis rejects.
  expect(runs[2]).toMatchObject({ ...expected, client: 'switchmaster-node-redis', failed: aNumber });
  expect(runs[3]).toMatchObject({ client: 'node-redis', fault: 'kill' });
  expect(demo.stderr).toContain('killed master');
  expect(demo.stderr).toContain('+switch-master');
});

test('says what is wrong with an option, and exits with 2', async () => {
  const demo = new Demo('--fault', 'fire');
  expect(await demo.end()).toBe(2);
  expect(demo.stdout).toBe('');
  expect(demo.stderr).toMatch(/^error: .*--fault.*'fire'.*failover, kill, freeze.*\n$/);
});

describe('leaves no process behind', () => {
  test.each<[string, (demo: Demo) => void, unknown]>([
    ['after Ctrl-C', ({ child }) => child.kill('SIGINT'), 130],
    ['when it is killed', ({ child }) => child.kill('SIGKILL'), 'SIGKILL'],
    ['when a client crashes', killWriter, 1],
  ])('%s', async (_, end, code) => {
    const demo = new Demo('--fault', 'failover');
    await demo.writing();
    const family = offspring(demo);
    expect(family).toHaveLength(10);

    end(demo);
    expect(await demo.end()).toBe(code);
    await eventually(() => expect(family.filter(isAlive)).toEqual([]));
  });
});

function killWriter(demo: Demo): void {
  const writer = offspring(demo).find(({ command }) => command.includes('writer-main'));
  if (writer) process.kill(writer.pid, 'SIGKILL');
}
