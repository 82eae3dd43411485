import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Deployment } from './clients/client.ts';
import type { ClientName } from './clients/index.ts';
import type { Order, Report, TimedMove, WriterProgress, WriterTask } from './messages.ts';
import type { WriteRecord } from './writer.ts';

type ReportOf<T extends Report['type']> = Extract<Report, { type: T }>;

const program = fileURLToPath(new URL('writer-main.ts', import.meta.url));
const answerTimeoutMs = 20_000;
// What is not settled by then is called hung.
const graceMs = 1000;

/** A client that writes, in a process of its own. It ends with us, however we end. */
export class WriterProcess implements AsyncDisposable {
  readonly client: ClientName;
  /** What the client did so far. */
  readonly moves: TimedMove[] = [];
  /** How far it was, each time that it said so. */
  readonly progress: WriterProgress[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #complaints = '';
  #death: Error | undefined;

  /** Starts the process, and kills it when `signal` says so. See {@link ready}. */
  constructor(client: ClientName, deployment: Deployment, signal: AbortSignal) {
    const task: WriterTask = { client, deployment };
    this.client = client;
    this.#child = fork(program, [JSON.stringify(task)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      signal,
      killSignal: 'SIGKILL',
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()));
    this.#child.on('message', (report: Report) => this.#note(report));
    this.#child.on('error', (error) => (this.#death ??= error));
    this.#closed = new Promise((resolve) => {
      this.#child.on('close', (code, killedBy) => {
        this.#death ??= this.#obituary(killedBy ?? `exit code ${code}`);
        resolve();
      });
    });
  }

  /** Resolves when the client is connected. */
  async ready(): Promise<void> {
    await this.#report('ready');
  }

  write(): void {
    this.#send({ type: 'write' });
  }

  /** Ends the writing, and the process. Resolves with what became of the writes. */
  async stop(): Promise<WriteRecord> {
    const report = this.#report('record');
    this.#send({ type: 'stop', graceMs });
    const { record } = await report;
    await this.#closed;
    return record;
  }

  /** Throws if the process has died unasked. */
  check(): void {
    if (this.#death) throw this.#death;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #note(report: Report): void {
    if (report.type === 'move') this.moves.push(report.move);
    if (report.type === 'progress') this.progress.push(report.progress);
  }

  #send(order: Order): void {
    // A failure to send shows as the death of the process.
    this.#child.send(order, () => {});
  }

  /** The first report of a type that comes from now on. */
  async #report<T extends Report['type']>(type: T): Promise<ReportOf<T>> {
    let found: ReportOf<T> | undefined;
    await new Promise<void>((resolve) => {
      this.#child.on('message', (report: Report) => {
        if (report.type !== type) return;
        found ??= report as ReportOf<T>;
        resolve();
      });
      void this.#closed.then(resolve);
      setTimeout(resolve, answerTimeoutMs).unref();
    });
    if (found) return found;
    this.check();
    throw new Error(`The writer of ${this.client} did not report "${type}" within ${answerTimeoutMs} ms.`);
  }

  #obituary(cause: string): Error {
    const words = this.#complaints.trim();
    return new Error(`The writer of ${this.client} ended unasked (${cause}).${words ? `\n${words}` : ''}`);
  }
}
