import { Inject, Injectable } from '@nestjs/common';
import { faultOffers } from '../cluster/fault-offers.ts';
import { TopologyWatch } from '../cluster/topology-watch.ts';
import { Load } from '../load/load.ts';
import { wallClockMs } from '../wall-clock.ts';
import type { Snapshot } from './messages.ts';
import { PageEvents } from './page-events.ts';

/** Puts together what a page begins with. */
@Injectable()
export class Snapshots {
  readonly #load: Load;
  readonly #topology: TopologyWatch;
  readonly #events: PageEvents;

  constructor(
    @Inject(Load) load: Load,
    @Inject(TopologyWatch) topology: TopologyWatch,
    @Inject(PageEvents) events: PageEvents,
  ) {
    this.#load = load;
    this.#topology = topology;
    this.#events = events;
  }

  take(): Snapshot {
    const { lanes } = this.#load;
    const { topology } = this.#topology;
    return {
      type: 'snapshot',
      at: wallClockMs(),
      lanes,
      faults: faultOffers,
      topology,
      ...this.#events.recent,
    };
  }
}
