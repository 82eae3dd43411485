import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Module } from '@nestjs/common';
import type { Resolver } from '@switchmaster/core';
import { getResolverToken } from '@switchmaster/nestjs';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { QuotesModule } from '../lanes/cache-manager.ts';
import { addCacheMetrics } from './cache-metrics.ts';
import { LaneMetrics } from './lane-metrics.ts';
import { MetricsController } from './metrics.controller.ts';
import { addSwitchmasterMetrics } from './switchmaster-metrics.ts';

/** `GET /metrics`, for Prometheus. */
@Module({
  imports: [QuotesModule],
  controllers: [MetricsController],
  providers: [
    {
      provide: Registry,
      inject: [getResolverToken(), CACHE_MANAGER],
      useFactory: (resolver: Resolver, cache: Cache): Registry => {
        const register = new Registry();
        collectDefaultMetrics({ register });
        addSwitchmasterMetrics(resolver, register);
        addCacheMetrics(cache, register);
        return register;
      },
    },
    LaneMetrics,
  ],
  exports: [LaneMetrics],
})
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class
export class MetricsModule {}
