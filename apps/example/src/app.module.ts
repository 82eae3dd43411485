import { type DynamicModule, Module } from '@nestjs/common';
import type { Cluster } from '@switchmaster/testing';
import { SwitchmasterModule } from '@switchmaster/nestjs';
import { ioredis } from '@switchmaster/nestjs/ioredis';
import { FailoverWatch } from './cluster/failover-watch.ts';
import { FaultDesk } from './cluster/fault-desk.ts';
import { TestBed } from './cluster/test-bed.ts';
import { TopologyWatch } from './cluster/topology-watch.ts';
import { HealthModule } from './health/health.module.ts';
import { QuotesModule } from './lanes/cache-manager.ts';
import { NestLane } from './lanes/nestjs.ts';
import { Load } from './load/load.ts';
import { Verifier } from './load/verifier.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import { EventStream } from './page/event-stream.ts';
import { PageEvents } from './page/page-events.ts';
import { PageController } from './page/page.controller.ts';
import { Snapshots } from './page/snapshots.ts';

/** The imports are what an application of yours has; the providers are what breaks the cluster and shows it. */
@Module({})
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class
export class AppModule {
  static on(cluster: Cluster): DynamicModule {
    const { name, sentinels } = cluster;
    return {
      module: AppModule,
      imports: [
        SwitchmasterModule.forRoot({ name, sentinels, client: ioredis() }),
        QuotesModule,
        HealthModule,
        MetricsModule,
      ],
      controllers: [PageController],
      providers: [
        { provide: TestBed, useValue: new TestBed(cluster) },
        NestLane,
        Load,
        Verifier,
        TopologyWatch,
        FailoverWatch,
        FaultDesk,
        PageEvents,
        EventStream,
        Snapshots,
      ],
    };
  }
}
