import { Controller, Post } from '@nestjs/common';
import { InjectRedis } from '@switchmaster/nestjs';

/** What ioredis and node-redis have in common. */
interface Client {
  incr(key: string): Promise<number>;
}

@Controller('counter')
export class CounterController {
  constructor(@InjectRedis() private readonly redis: Client) {}

  @Post()
  async increment(): Promise<{ count: number }> {
    return { count: await this.redis.incr('count') };
  }
}
