import { setTimeout as sleep } from 'node:timers/promises';
import type { LaneName, PageMessage, Snapshot, Topology, Totals } from '../page/messages.ts';

/** What an answer was, whether it was a success or not. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const timeoutMs = 90_000;

/** Does what the page does, without a browser: reads the events, and presses buttons. */
export class PageClient implements AsyncDisposable {
  readonly url: string;
  readonly totals: Map<LaneName, Totals> = new Map();
  readonly #abort = new AbortController();
  readonly #reading: Promise<void>;
  #topology: Topology | undefined;
  #snapshots = 0;

  constructor(url: string) {
    this.url = url;
    this.#reading = this.#read();
  }

  get topology(): Topology | undefined {
    return this.#topology;
  }

  /** Nothing more comes, and every request rejects. */
  get closed(): boolean {
    return this.#abort.signal.aborted;
  }

  /** One for each connection. */
  get snapshots(): number {
    return this.#snapshots;
  }

  async post(path: string, body: object = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(timeoutMs)]),
    });
    return { status: response.status, body: await response.json() };
  }

  /** What is so at this moment, while the events come a little later. */
  async state(): Promise<Snapshot> {
    const response = await fetch(`${this.url}/api/state`, { signal: this.#abort.signal });
    return (await response.json()) as Snapshot;
  }

  close(): void {
    this.#abort.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#reading;
  }

  /** Comes back after a lost connection, as a browser would. */
  async #read(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await this.#follow(signal).catch(() => {});
      await sleep(500, undefined, { signal }).catch(() => {});
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const response = await fetch(`${this.url}/api/events`, { signal });
    if (!response.body) return;
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (text + chunk).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = event.split('\n').find((line) => line.startsWith('data: '));
        if (data !== undefined) this.#take(JSON.parse(data.slice('data: '.length)) as PageMessage);
      }
    }
  }

  #take(message: PageMessage): void {
    if (message.type === 'snapshot') {
      this.#snapshots += 1;
      this.#topology = message.topology;
      for (const { name, totals } of message.lanes) this.totals.set(name, totals);
    } else if (message.type === 'topology') {
      this.#topology = message.topology;
    } else if (message.type === 'samples') {
      for (const { lane, totals } of message.lanes) this.totals.set(lane, totals);
    }
  }
}
