import type { Resolver } from '@switchmaster/core';
import type { Cluster } from '@switchmaster/testing';
import { openIoredisSentinel } from '../lanes/ioredis-sentinel.ts';
import { openIoredis } from '../lanes/ioredis.ts';
import type { LaneTitle, WriteClient } from '../lanes/lane.ts';
import { openNodeRedisSentinel } from '../lanes/node-redis-sentinel.ts';
import { openNodeRedis } from '../lanes/node-redis.ts';
import type { LaneName } from '../page/messages.ts';
import { asking } from './asking.ts';
import type { WorkOrder } from './work.ts';
import { writing } from './writing.ts';

/** What the lanes are made of. */
export interface LaneParts {
  readonly resolver: Resolver;
  readonly injected: WriteClient;
  readonly cluster: Cluster;
  /** Where the application itself is reached. */
  readonly baseUrl: () => string;
}

/** All lanes, in the order of display. */
export function laneOrders({ resolver, injected, cluster, baseUrl }: LaneParts): [LaneTitle, WorkOrder][] {
  const { name } = cluster;
  const sentinels = (): { host: string; port: number }[] => cluster.sentinels.map((one) => ({ ...one }));
  return [
    [
      ours('ioredis', '@switchmaster/ioredis', 'An ioredis client from createRedis(resolver).'),
      writing('ioredis', () => openIoredis(resolver)),
    ],
    [
      ours('node-redis', '@switchmaster/node-redis', 'A node-redis client from createClient(resolver).'),
      writing('node-redis', () => openNodeRedis(resolver)),
    ],
    [
      ours('nestjs', '@switchmaster/nestjs', 'The client that SwitchmasterModule injects, an ioredis.'),
      writing('nestjs', async () => injected),
    ],
    [
      ours(
        'cache-manager',
        '@switchmaster/cache-manager',
        'An endpoint behind CacheInterceptor, asked by HTTP.',
      ),
      asking(baseUrl),
    ],
    [
      contrast(
        'ioredis-sentinel',
        'ioredis alone',
        'new Redis({ name, sentinels }): its own Sentinel support.',
      ),
      writing('ioredis-sentinel', () => openIoredisSentinel(name, sentinels())),
    ],
    [
      contrast('node-redis-sentinel', 'node-redis alone', 'createSentinel(): its own Sentinel support.'),
      writing('node-redis-sentinel', () => openNodeRedisSentinel(name, sentinels())),
    ],
  ];
}

function ours(name: LaneName, title: string, description: string): LaneTitle {
  return { name, title, description, ours: true };
}

function contrast(name: LaneName, title: string, description: string): LaneTitle {
  return { name, title, description, ours: false };
}
