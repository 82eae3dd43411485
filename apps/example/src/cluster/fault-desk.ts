import {
  BadRequestException,
  ConflictException,
  Inject,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import { Load } from '../load/load.ts';
import { wallClockMs } from '../wall-clock.ts';
import type { FaultName, FaultOffer, FaultReport } from '../page/messages.ts';
import { PageEvents } from '../page/page-events.ts';
import { faultOffers } from './fault-offers.ts';
import { planOf } from './fault-plan.ts';
import { TestBed } from './test-bed.ts';
import { TopologyWatch } from './topology-watch.ts';

/** Breaks and mends the cluster, one thing at a time, and reports it. */
@Injectable()
export class FaultDesk {
  readonly #testBed: TestBed;
  readonly #topology: TopologyWatch;
  readonly #load: Load;
  readonly #events: PageEvents;
  #reports = 0;
  #underWay: FaultOffer | undefined;

  constructor(
    @Inject(TestBed) testBed: TestBed,
    @Inject(TopologyWatch) topology: TopologyWatch,
    @Inject(Load) load: Load,
    @Inject(PageEvents) events: PageEvents,
  ) {
    this.#testBed = testBed;
    this.#topology = topology;
    this.#load = load;
    this.#events = events;
  }

  /** Resolves when it has happened. */
  async order(name: string, target: string | undefined): Promise<FaultReport> {
    const offer = faultOffers.find((one) => one.name === name);
    if (!offer)
      throw new NotFoundException(`There is no fault '${name}'; there are ${namesOf(faultOffers)}.`);
    if (this.#underWay) {
      throw new ConflictException(`'${this.#underWay.title}' is under way: wait until it has happened.`);
    }
    const plan = planOf(offer.name, target, this.#topology.topology);
    if (plan.kind === 'wrong-target') throw new BadRequestException(plan.message);
    if (plan.kind === 'impossible') throw new ConflictException(plan.message);
    return await this.#carryOut(offer, plan.targets);
  }

  async #carryOut(offer: FaultOffer, targets: readonly string[]): Promise<FaultReport> {
    this.#reports += 1;
    const report = { type: 'fault', id: this.#reports, fault: offer.name, targets } as const;
    const tell = (outcome: Pick<FaultReport, 'state' | 'reason'>): FaultReport => {
      const told = { ...report, ...outcome, at: wallClockMs() };
      this.#events.publish(told);
      return told;
    };
    this.#underWay = offer;
    if (!offer.repair) this.#load.noteFault();
    tell({ state: 'begun' });
    try {
      await this.#act(offer.name, targets);
      return tell({ state: 'done' });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      tell({ state: 'failed', reason });
      throw new ConflictException(reason, { cause: error });
    } finally {
      this.#underWay = undefined;
      this.#topology.disturb();
    }
  }

  async #act(fault: FaultName, targets: readonly string[]): Promise<void> {
    const { cluster } = this.#testBed;
    const forEach = async (act: (target: string) => Promise<void>): Promise<void> => {
      for (const target of targets) await act(target);
    };
    this.#topology.disturb();
    switch (fault) {
      case 'failover':
        await cluster.failover();
        return await forEach(async (old) => void (await cluster.masterAfter(old)));
      case 'kill':
        return await forEach((target) => cluster.kill(target));
      case 'freeze':
        return await forEach((target) => cluster.freeze(target));
      case 'isolate':
        return await forEach((target) => this.#testBed.isolate(target));
      case 'stop-sentinel':
        return await forEach((target) => cluster.stopSentinel(target));
      case 'thaw':
        return await forEach((target) => cluster.thaw(target));
      case 'restart':
        return await forEach((target) => cluster.restart(target));
      case 'heal':
        return await this.#testBed.heal();
      case 'start-sentinel':
        return await forEach((target) => cluster.startSentinel(target));
    }
  }
}

function namesOf(offers: readonly FaultOffer[]): string {
  return offers.map(({ name }) => name).join(', ');
}
