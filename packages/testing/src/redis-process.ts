import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { until } from './eventually.ts';
import type { ProcessGuard } from './process-guard.ts';

/** What to run and where its output goes. */
export interface RedisProcessOptions {
  /** For messages: `node 127.0.0.1:20001`. */
  readonly title: string;
  /** The executable. */
  readonly server: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
  readonly guard: ProcessGuard;
}

/** Whether a server is there: `frozen` is stopped by `SIGSTOP`, the kernel still accepts connections for it. */
export type ProcessState = 'running' | 'frozen' | 'stopped';

/** One server process. It can be killed, frozen, thawed and started again. */
export class RedisProcess {
  readonly #options: RedisProcessOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #state: ProcessState = 'stopped';

  constructor(options: RedisProcessOptions) {
    this.#options = options;
  }

  get state(): ProcessState {
    return this.#state;
  }

  /** Undefined while it is stopped. */
  get pid(): number | undefined {
    return this.#state === 'stopped' ? undefined : this.#child?.pid;
  }

  /** Starts the process. It is up to the caller to ask whether it answers. */
  start(): void {
    if (this.#state !== 'stopped') return;
    const { server, args, cwd, logFile, guard } = this.#options;
    const log = openSync(logFile, 'a');
    const child = spawn(server, args, { cwd, stdio: ['ignore', log, log] });
    closeSync(log);
    const { pid } = child;
    if (pid !== undefined) guard.add(pid);
    this.#child = child;
    this.#state = 'running';
    // A forgotten cluster does not keep a program alive; the guard ends the servers when it is over.
    child.unref();
    this.#exited = new Promise((resolve) => {
      const gone = (): void => {
        if (pid !== undefined) guard.remove(pid);
        this.#state = 'stopped';
        resolve();
      };
      child.once('exit', gone);
      child.once('error', (error) => {
        appendFileSync(logFile, `${error.message}\n`);
        gone();
      });
    });
  }

  /** `SIGKILL`, which ends a frozen process as well. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#child?.ref();
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  /** `SIGSTOP`. Resolves when the process stands still. */
  async freeze(): Promise<void> {
    const { pid } = this;
    if (pid === undefined) throw new Error(`${this.#options.title} is not running, so it cannot be frozen.`);
    process.kill(pid, 'SIGSTOP');
    this.#state = 'frozen';
    if (process.platform === 'linux') await until(() => standsStill(pid), { intervalMs: 1, what: 'SIGSTOP' });
  }

  /** `SIGCONT`. */
  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#child?.kill('SIGCONT');
    this.#state = 'running';
  }

  /** The end of what the server has logged, for the message of an error. */
  logTail(lines = 15): string {
    try {
      return readFileSync(this.#options.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
    } catch {
      return '(no log)';
    }
  }
}

function standsStill(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces, so the state is what follows the last one.
  return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
}
