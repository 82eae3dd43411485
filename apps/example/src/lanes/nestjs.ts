import { Injectable } from '@nestjs/common';
import { InjectRedis } from '@switchmaster/nestjs';
import type { Redis } from 'ioredis';
import type { WriteClient } from './lane.ts';

/** A service with the client of `SwitchmasterModule`, which app.module.ts imports. */
@Injectable()
export class NestLane implements WriteClient {
  readonly #redis: Redis;

  constructor(@InjectRedis() redis: Redis) {
    this.#redis = redis;
  }

  set(key: string, value: string): Promise<unknown> {
    return this.#redis.set(key, value);
  }

  /** The module made the client, and closes it. */
  close(): void {}
}
