import { Inject, Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import type { LaneName } from '../page/messages.ts';

/** What the lanes do, as metrics. */
@Injectable()
export class LaneMetrics {
  readonly #operations: Counter;
  readonly #lost: Counter;
  readonly #seconds: Histogram;

  constructor(@Inject(Registry) registry: Registry) {
    const registers = [registry];
    this.#operations = new Counter({
      name: 'example_operations_total',
      help: 'Operations of a lane that were acknowledged, or failed.',
      labelNames: ['lane', 'outcome'],
      registers,
    });
    this.#lost = new Counter({
      name: 'example_lost_total',
      help: 'Operations of a lane that were acknowledged and lost.',
      labelNames: ['lane'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'example_operation_seconds',
      help: 'From the call to the acknowledgement.',
      labelNames: ['lane'],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
  }

  operation(lane: LaneName, outcome: 'acknowledged' | 'failed', ms: number): void {
    this.#operations.inc({ lane, outcome });
    if (outcome === 'acknowledged') this.#seconds.observe({ lane }, ms / 1000);
  }

  lost(lane: LaneName, count: number): void {
    this.#lost.inc({ lane }, count);
  }
}
