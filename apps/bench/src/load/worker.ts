import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './jobs.ts';

/** What is measured here is what users get: the packages as they are built, not their sources with a loader's extras. */
const always = ['--import=tsx', '--expose-gc'];
const answerTimeoutMs = 60_000;

type Methods = Record<string, (task: never) => Promise<unknown>>;
type Result<Job> = Job extends (task: never) => Promise<infer R> ? R : never;
type Task<Job> = Job extends () => unknown ? [] : Job extends (task: infer T) => unknown ? [T] : never;

/** The near end of a process that does {@link Jobs}, one at a time. It ends with us, however we end. */
export class Worker<Jobs extends { [Name in keyof Jobs]: Methods[string] }> implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #closed: Promise<unknown>;
  readonly #signal: AbortSignal;
  #complaints = '';

  /** Runs `program` of this folder, which is told its arguments. */
  constructor(program: string, args: readonly string[], signal: AbortSignal, flags: readonly string[] = []) {
    this.#name = args[0] ?? program;
    this.#signal = signal;
    this.#child = fork(fileURLToPath(new URL(program, import.meta.url)), args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [...always, ...flags],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()));
    this.#closed = new Promise((resolve) => this.#child.on('close', resolve).on('error', resolve));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Has it do a job, and resolves with the result. */
  async ask<Name extends keyof Jobs & string>(
    job: Name,
    ...[task]: Task<Jobs[Name]>
  ): Promise<Result<Jobs[Name]>> {
    const late = AbortSignal.timeout(answerTimeoutMs);
    const answered = once(this.#child, 'message', { signal: AbortSignal.any([this.#signal, late]) });
    // A failure to send shows as the end of the process.
    this.#child.send({ job, task } satisfies Order, () => {});
    const ended = this.#closed.then(() => this.#fail(job, this.#complaints.trim() || 'the process ended'));
    const refused = (error: unknown): never => {
      if (late.aborted) this.#fail(job, `no answer within ${answerTimeoutMs} ms`);
      throw error;
    };
    const [answer] = (await Promise.race([answered.catch(refused), ended])) as [Answer];
    if ('failure' in answer) return this.#fail(job, answer.failure);
    return answer.result as Result<Jobs[Name]>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #fail(job: string, why: string): never {
    throw new Error(`${this.#name} could not ${job}: ${why}`);
  }
}
