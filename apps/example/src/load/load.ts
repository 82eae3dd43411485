import { once } from 'node:events';
import type { Server } from 'node:http';
import { ConflictException, Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Resolver } from '@switchmaster/core';
import { InjectResolver } from '@switchmaster/nestjs';
import { TestBed } from '../cluster/test-bed.ts';
import { NestLane } from '../lanes/nestjs.ts';
import { LaneMetrics } from '../metrics/lane-metrics.ts';
import type { LaneRequest, LaneState } from '../page/messages.ts';
import { PageEvents } from '../page/page-events.ts';
import { baseUrlOf } from './base-url.ts';
import { laneOrders } from './lane-orders.ts';
import { LaneRunner } from './lane-runner.ts';
import { wallClockMs } from '../wall-clock.ts';

const sampleMs = 250;
const connectTimeoutMs = 10_000;

/** Keeps the lanes working, and tells the page how they do. */
@Injectable()
export class Load implements OnModuleDestroy {
  readonly runners: readonly LaneRunner[];
  readonly #resolver: Resolver;
  readonly #events: PageEvents;
  #timer: NodeJS.Timeout | undefined;
  #sampledAt = 0;

  constructor(
    @Inject(TestBed) { cluster }: TestBed,
    @InjectResolver() resolver: Resolver,
    @Inject(NestLane) injected: NestLane,
    @Inject(HttpAdapterHost) { httpAdapter }: HttpAdapterHost,
    @Inject(LaneMetrics) metrics: LaneMetrics,
    @Inject(PageEvents) events: PageEvents,
  ) {
    const baseUrl = (): string => baseUrlOf(httpAdapter.getHttpServer() as Server);
    this.#resolver = resolver;
    this.#events = events;
    this.runners = laneOrders({ resolver, injected, cluster, baseUrl }).map(
      ([title, order]) => new LaneRunner(title, order, metrics),
    );
  }

  get lanes(): LaneState[] {
    return this.runners.map((runner) => runner.state());
  }

  /** Starts our lanes, and the contrasts if they are wanted. Call it when the application listens. */
  async start({ contrasts, ratePerSecond }: { contrasts: boolean; ratePerSecond: number }): Promise<void> {
    this.#sampledAt = performance.now();
    this.#timer = setInterval(() => this.#sample(), sampleMs);
    for (const runner of this.runners) runner.ratePerSecond = ratePerSecond;
    const wanted = this.runners.filter(({ title }) => title.ours || contrasts);
    await Promise.all(wanted.map((runner) => runner.start()));
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
    for (const runner of this.runners) runner.stop();
  }

  /** Resolves when it is so; a lane that is switched on, when its client is connected. */
  async change(runner: LaneRunner, { enabled, ratePerSecond }: LaneRequest): Promise<LaneState> {
    if (ratePerSecond !== undefined) runner.ratePerSecond = ratePerSecond;
    if (enabled === false) runner.stop();
    if (enabled === true) await this.#startInTime(runner);
    const lane = runner.state();
    this.#events.publish({ type: 'lane', at: wallClockMs(), lane });
    return lane;
  }

  /** Without a master a client may connect late, or not at all. */
  async #startInTime(runner: LaneRunner): Promise<void> {
    const { title } = runner.title;
    const signal = AbortSignal.timeout(connectTimeoutMs);
    const late = once(signal, 'abort').then(() => {
      throw new Error(`${title} has not connected within ${connectTimeoutMs / 1000} s, and goes on trying.`);
    });
    await Promise.race([runner.start(), late]).catch((cause: unknown) => {
      throw new ConflictException(cause instanceof Error ? cause.message : String(cause), { cause });
    });
  }

  noteFault(): void {
    for (const runner of this.runners) runner.noteFault();
  }

  #sample(): void {
    const now = performance.now();
    const held = this.#resolver.topology.phase === 'holding';
    const enabled = this.runners.filter((runner) => runner.enabled);
    this.#events.publish({
      type: 'samples',
      at: wallClockMs(),
      intervalMs: now - this.#sampledAt,
      lanes: enabled.map((runner) => runner.sample(held)),
    });
    this.#sampledAt = now;
  }
}
