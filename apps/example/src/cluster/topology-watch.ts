import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Resolver } from '@switchmaster/core';
import { InjectResolver } from '@switchmaster/nestjs';
import { wallClockMs } from '../wall-clock.ts';
import type { Topology } from '../page/messages.ts';
import { PageEvents } from '../page/page-events.ts';
import { type Role, roleOf } from './roles.ts';
import { TestBed } from './test-bed.ts';
import { isSameView, viewOf } from './topology-view.ts';

const pauseMs = 250;

/** Keeps the picture of the cluster up to date, and tells the page when it changes. */
@Injectable()
export class TopologyWatch implements OnModuleInit, OnModuleDestroy {
  readonly #testBed: TestBed;
  readonly #resolver: Resolver;
  readonly #events: PageEvents;
  readonly #abort = new AbortController();
  readonly #roles = new Map<string, Role>();
  #loops: Promise<unknown> = Promise.resolve();
  #undo = (): void => {};
  #settled = false;
  #disturbances = 0;
  #told: Topology | undefined;

  constructor(
    @Inject(TestBed) testBed: TestBed,
    @InjectResolver() resolver: Resolver,
    @Inject(PageEvents) events: PageEvents,
  ) {
    this.#testBed = testBed;
    this.#resolver = resolver;
    this.#events = events;
  }

  get topology(): Topology {
    const resolver = this.#resolver.topology;
    const { nodes, sentinels } = this.#testBed;
    return viewOf({ resolver, nodes, sentinels, roles: this.#roles, settled: this.#settled }, wallClockMs());
  }

  async onModuleInit(): Promise<void> {
    this.#undo = this.#resolver.on('topology', () => this.#tell());
    await this.#lookAtRoles();
    this.#loops = Promise.all([
      this.#repeat(() => this.#lookAtRoles()),
      this.#repeat(() => this.#lookWhetherSettled()),
    ]);
  }

  async onModuleDestroy(): Promise<void> {
    this.#abort.abort();
    this.#undo();
    await this.#loops;
  }

  /** Something is done to the cluster: whether it is settled is seen anew. */
  disturb(): void {
    this.#disturbances += 1;
    this.#settled = false;
    this.#tell();
  }

  async #repeat(look: () => Promise<void>): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await look();
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  async #lookAtRoles(): Promise<void> {
    const { nodes } = this.#testBed.cluster;
    await Promise.all(nodes.map(async (node) => this.#roles.set(node.address, await roleOf(node))));
    this.#tell();
  }

  async #lookWhetherSettled(): Promise<void> {
    const disturbances = this.#disturbances;
    const settled = await this.#testBed.isSettled();
    this.#settled = settled && disturbances === this.#disturbances;
    this.#tell();
  }

  #tell(): void {
    const { topology } = this;
    if (this.#told && isSameView(this.#told, topology)) return;
    this.#told = topology;
    this.#events.publish({ type: 'topology', topology });
  }
}
