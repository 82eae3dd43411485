import { Module } from '@nestjs/common';
import { ClientsModule } from '@nestjs/microservices';
import type { NodeAddress, Resolver } from '@switchmaster/core';
import { getResolverToken, SwitchmasterModule } from '@switchmaster/nestjs';
import { ioredis } from '@switchmaster/nestjs/ioredis';
import { sentinelTransport } from '@switchmaster/nestjs/microservices';
import { nodeRedis } from '@switchmaster/nestjs/node-redis';
import { SwitchmasterHealthModule } from '@switchmaster/nestjs/terminus';
import { CounterController } from './counter.controller.js';
import { DoublerController } from './doubler.controller.js';
import { HealthController } from './health.controller.js';

/** No request waits longer for Redis. */
const deadlineMs = 2000;

const clients = {
  ioredis: () => ioredis({ commandTimeout: deadlineMs }),
  'node-redis': () => nodeRedis({ commandOptions: { timeout: deadlineMs } }),
};

@Module({
  imports: [
    SwitchmasterModule.forRootAsync({
      useFactory: () => ({
        name: 'mymaster',
        sentinels: JSON.parse(process.env['SENTINELS'] ?? '[]') as NodeAddress[],
        client: clients[process.env['LIBRARY'] as keyof typeof clients](),
        startupTimeoutMs: 2000,
        shutdownTimeoutMs: 1000,
      }),
    }),
    ClientsModule.registerAsync([
      {
        name: 'DOUBLER',
        inject: [getResolverToken()],
        useFactory: (resolver: Resolver) => sentinelTransport(resolver),
      },
    ]),
    SwitchmasterHealthModule,
  ],
  controllers: [CounterController, DoublerController, HealthController],
})
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class
export class AppModule {}
