import { CACHE_MANAGER, type Cache, CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, Inject, Module, Param, Put, UseInterceptors } from '@nestjs/common';
import { createStore } from '@switchmaster/cache-manager';
import type { Resolver } from '@switchmaster/core';
import { getRedisToken, getResolverToken } from '@switchmaster/nestjs';
import type { Redis } from 'ioredis';
import { Quotes, type Quote } from './quotes.ts';

/** An ordinary cached endpoint: what is asked for is cached, what is updated is deleted from the cache. */
@Controller('quotes')
export class QuotesController {
  readonly #quotes: Quotes;
  readonly #cache: Cache;

  constructor(@Inject(Quotes) quotes: Quotes, @Inject(CACHE_MANAGER) cache: Cache) {
    this.#quotes = quotes;
    this.#cache = cache;
  }

  @Get(':id')
  @UseInterceptors(CacheInterceptor)
  find(@Param('id') id: string): Quote {
    return this.#quotes.find(id);
  }

  @Put(':id')
  async update(@Param('id') id: string): Promise<Quote> {
    const quote = this.#quotes.update(id);
    await this.#cache.del(`/quotes/${id}`);
    return quote;
  }
}

/** The cache takes the application's own client, and the resolver, which tells it first of a failover. */
@Module({
  imports: [
    CacheModule.registerAsync({
      inject: [getRedisToken(), getResolverToken()],
      useFactory: (client: Redis, resolver: Resolver) => ({
        ttl: 60_000,
        stores: [createStore({ client, resolver, namespace: 'quotes' })],
      }),
    }),
  ],
  controllers: [QuotesController],
  providers: [Quotes],
  exports: [CacheModule],
})
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class
export class QuotesModule {}
