import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClientDefinition, Deployment } from '../clients/client.ts';
import type { Legacy, Mode, Order, Report } from './messages.ts';

type ConnectOrder = Extract<Order, { type: 'connect' }>;
type ReportOf<T extends Report['type']> = Extract<Report, { type: T }>;

const program = fileURLToPath(new URL('contestant-main.ts', import.meta.url));
const startTimeoutMs = 60_000;
const connectTimeoutMs = 30_000;
/** What is not settled by then is called hung. */
const graceMs = 500;
const answerTimeoutMs = 5000;

/** The near end of a contestant's process. It ends with us, however we end. */
export class Contestant implements AsyncDisposable {
  readonly definition: ClientDefinition;
  readonly #child: ChildProcess;
  readonly #started: Promise<unknown>;
  readonly #closed: Promise<void>;
  #acked: readonly (readonly number[])[] = [];
  #connected = false;
  #round = 0;
  #complaints = '';
  #death: Error | undefined;

  constructor(definition: ClientDefinition) {
    this.definition = definition;
    this.#child = fork(program, [definition.name], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()));
    this.#child.on('message', (report: Report) => {
      if (report.type === 'progress') this.#acked = [...this.#acked.slice(-3), report.acked];
      if (report.type === 'connected') this.#connected = true;
    });
    this.#child.on('error', (error) => (this.#death ??= error));
    this.#closed = new Promise((resolve) => {
      this.#child.on('close', (code, killedBy) => {
        const words = this.#complaints.trim();
        const cause = killedBy ?? `exit code ${code}`;
        this.#death ??= new Error(
          `the process of ${definition.name} ended (${cause})${words && `\n${words}`}`,
        );
        resolve();
      });
    });
    this.#started = this.#report('started', startTimeoutMs);
    // Whoever needs it asks again.
    this.#started.catch(() => {});
  }

  /** Whether all its clients have connected. */
  get isConnected(): boolean {
    return this.#connected;
  }

  /** Whether each of its clients has had writes acknowledged all the time of late. */
  get isFlowing(): boolean {
    const [first, ...later] = this.#acked;
    if (!first || later.length < 3) return false;
    return later.every((acked, i) => {
      const before = this.#acked[i] ?? [];
      return acked.length > 0 && acked.every((count, lane) => count > (before[lane] ?? Infinity));
    });
  }

  /** From here on {@link isFlowing} is to be shown anew. */
  doubt(): void {
    this.#acked = [];
  }

  /** Resolves when the clients are connected. */
  async connect(deployment: Deployment, modes: readonly Mode[]): Promise<void> {
    await this.#started;
    const report = this.#report('connected', connectTimeoutMs);
    this.#begin({ deployment, modes, atOnce: false });
    await report;
  }

  /** Has it write as soon as it is connected. Resolves then or after `atMostMs`, since that may never be. */
  async connectAndWrite(deployment: Deployment, modes: readonly Mode[], atMostMs: number): Promise<void> {
    const report = this.#report('connected', atMostMs);
    this.#begin({ deployment, modes, atOnce: true });
    await report.catch(() => {});
  }

  write(): void {
    this.#send({ type: 'write' });
  }

  /** Ends the writing. Resolves with what became of the writes. */
  async stop(): Promise<Legacy> {
    const report = this.#report('legacy', graceMs + answerTimeoutMs);
    this.#send({ type: 'stop', graceMs });
    return (await report).legacy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #begin(order: Pick<ConnectOrder, 'deployment' | 'modes' | 'atOnce'>): void {
    this.#acked = [];
    this.#connected = false;
    this.#round += 1;
    this.#send({ type: 'connect', round: this.#round, ...order });
  }

  #send(order: Order): void {
    // A failure to send shows as the death of the process.
    this.#child.send(order, () => {});
  }

  /** The first report of a type that comes from now on. */
  async #report<T extends Report['type']>(type: T, timeoutMs: number): Promise<ReportOf<T>> {
    let found: ReportOf<T> | undefined;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#child.off('message', look);
        resolve();
      };
      const look = (report: Report): void => {
        if (report.type !== type) return;
        found = report as ReportOf<T>;
        finish();
      };
      const timer = setTimeout(finish, timeoutMs);
      this.#child.on('message', look);
      void this.#closed.then(finish);
    });
    if (found) return found;
    throw this.#death ?? new Error(`${this.definition.name} was not ${type} within ${timeoutMs} ms`);
  }
}
