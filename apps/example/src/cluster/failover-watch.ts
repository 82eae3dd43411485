import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { formatAddress, type Resolver, type SwitchEvent } from '@switchmaster/core';
import { InjectResolver } from '@switchmaster/nestjs';
import type { SentinelEventMessage } from '../page/messages.ts';
import { PageEvents } from '../page/page-events.ts';
import { addSighting, type Failover, noFailover, type Sighting } from './failover-phases.ts';
import { sightingIn } from './sentinel-events.ts';
import { SentinelFeed } from './sentinel-feed.ts';
import { TestBed } from './test-bed.ts';

/** Tells the page of each phase of each failover, and of all that the sentinels publish. */
@Injectable()
export class FailoverWatch implements OnModuleInit, OnModuleDestroy {
  readonly #testBed: TestBed;
  readonly #resolver: Resolver;
  readonly #events: PageEvents;
  #feeds: readonly SentinelFeed[] = [];
  #undo: readonly (() => void)[] = [];
  #failover: Failover = noFailover;
  /** Of the latest failover, until it was demoted. */
  #oldMaster: string | undefined;

  constructor(
    @Inject(TestBed) testBed: TestBed,
    @InjectResolver() resolver: Resolver,
    @Inject(PageEvents) events: PageEvents,
  ) {
    this.#testBed = testBed;
    this.#resolver = resolver;
    this.#events = events;
  }

  onModuleInit(): void {
    this.#feeds = this.#testBed.cluster.sentinelHandles.map(
      (sentinel) => new SentinelFeed(sentinel, (event) => this.#take(event)),
    );
    this.#undo = [
      this.#resolver.on('hold', ({ at, candidate }) => {
        if (candidate) this.#see({ at, phase: 'hold', node: formatAddress(candidate) });
      }),
      this.#resolver.on('switch', (event) => this.#follow(event)),
      this.#resolver.on('release', ({ at, master }) =>
        this.#see({ at, phase: 'released', node: formatAddress(master) }),
      ),
      this.#events.subscribe((news) => {
        if (news.type !== 'topology') return;
        const { at, nodes } = news.topology;
        const old = nodes.find(({ address }) => address === this.#oldMaster);
        if (old?.role === 'replica') this.#see({ at, phase: 'demoted', node: old.address });
      }),
    ];
  }

  async onModuleDestroy(): Promise<void> {
    for (const undo of this.#undo) undo();
    await Promise.all(this.#feeds.map((feed) => feed.close()));
  }

  #take(event: SentinelEventMessage): void {
    this.#events.publish(event);
    const { master } = this.#resolver.topology;
    const sighting = sightingIn(event, master ? formatAddress(master) : null);
    if (sighting) this.#see(sighting);
  }

  #follow({ from, to, at, phases: { promotedAt, movedAt } }: SwitchEvent): void {
    if (!from) return;
    const node = formatAddress(to);
    if (promotedAt !== undefined) this.#see({ at: promotedAt, phase: 'promoted', node });
    this.#see({ at: movedAt ?? at, phase: 'moved', node });
    this.#oldMaster = formatAddress(from);
  }

  #see(sighting: Sighting): void {
    const [failover, message] = addSighting(this.#failover, sighting);
    this.#failover = failover;
    if (message) this.#events.publish(message);
  }
}
