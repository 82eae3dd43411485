import { Transport, type RedisOptions } from '@nestjs/microservices';
import type { Resolver, ResolverOptions } from '@switchmaster/core';
import { sentinelConnection } from '@switchmaster/ioredis';
import { SentinelClient, SentinelServer } from './transports.ts';

type TransportOptions = NonNullable<RedisOptions['options']>;

/** What the resolver decides, and no client may. */
type Decided = 'Connector' | 'host' | 'port' | 'path' | 'family' | 'sentinels' | 'name' | 'role';

/** Options of Nest's Redis transport and of its ioredis clients, without those that say where to connect. */
export type SentinelTransportOptions = Omit<TransportOptions, Decided>;

/** What Nest takes for a client of a microservice as well as for its server. */
export interface SentinelTransport extends RedisOptions {
  readonly transport: Transport.REDIS;
  readonly options: TransportOptions;
  /** What Nest makes a client of: its own `ClientRedis`, which can be closed whatever state it is in. */
  readonly customClass: typeof SentinelClient;
  /** What Nest takes as a server: its own `ServerRedis`, a new one at each reading. */
  readonly strategy: SentinelServer;
}

/**
 * Nest's Redis transport, following the master: for `createMicroservice()`, `connectMicroservice()` and
 * `ClientsModule.register()`. It reconnects for as long as it is not closed.
 *
 * Like any Redis Pub/Sub it delivers a message at most once: what is published while the other side reconnects is lost,
 * and `timeout()` tells a caller so.
 *
 * With resolver options in place of a resolver, the resolver is closed with the last client made from the result.
 *
 * @example
 * const app = await NestFactory.createMicroservice(AppModule, sentinelTransport({ name: 'mymaster', sentinels }));
 *
 * @example
 * ClientsModule.registerAsync([
 *   { name: 'ORDERS', inject: [getResolverToken()], useFactory: (resolver: Resolver) => sentinelTransport(resolver) },
 * ]);
 */
export function sentinelTransport(
  resolver: Resolver | ResolverOptions,
  options: SentinelTransportOptions = {},
): SentinelTransport {
  const connection = sentinelConnection(resolver) as Partial<TransportOptions>;
  const all: TransportOptions = { ...defaults, ...options, ...connection };
  return {
    transport: Transport.REDIS,
    options: all,
    customClass: SentinelClient,
    get strategy() {
      return new SentinelServer(all);
    },
  };
}

const defaults: TransportOptions = {
  // Without attempts, Nest gives up at the first lost connection.
  retryAttempts: Number.MAX_SAFE_INTEGER,
  retryDelay: 250,
  // A message that waits for a connection is sent late rather than dropped: callers have their own deadlines.
  maxRetriesPerRequest: null,
  // Bounds what Nest waits for at its start.
  connectTimeout: 2000,
};
