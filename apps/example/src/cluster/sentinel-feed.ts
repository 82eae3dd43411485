import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterSentinel, RedisClient } from '@switchmaster/testing';
import { wallClockMs } from '../wall-clock.ts';
import type { SentinelEventMessage } from '../page/messages.ts';

const retryMs = 250;

/** Tells of everything that a sentinel publishes, past any partition. */
export class SentinelFeed {
  readonly #sentinel: ClusterSentinel;
  readonly #tell: (event: SentinelEventMessage) => void;
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;
  #client: RedisClient | undefined;

  constructor(sentinel: ClusterSentinel, tell: (event: SentinelEventMessage) => void) {
    this.#sentinel = sentinel;
    this.#tell = tell;
    this.#ended = this.#run();
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#client?.close();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      if (this.#sentinel.state === 'running') await this.#listen();
      await sleep(retryMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Resolves when the connection is gone. */
  async #listen(): Promise<void> {
    const { address: sentinel } = this.#sentinel;
    const onMessage = (channel: string, message: string): void =>
      this.#tell({ type: 'sentinel-event', at: wallClockMs(), sentinel, channel, message });
    let onClose = (): void => {};
    const gone = new Promise<void>((resolve) => (onClose = resolve));
    try {
      this.#client = await this.#sentinel.client({ onMessage, onClose });
      await this.#client.command('PSUBSCRIBE', '*');
      if (this.#abort.signal.aborted) this.#client.close();
      await gone;
    } catch {
      // It is not up yet, or not any more.
    } finally {
      this.#client?.close();
    }
  }
}
