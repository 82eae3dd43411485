import { Inject } from '@nestjs/common';
import { getRedisToken, getResolverToken, type RedisReference } from './tokens.ts';

/** What marks a constructor's parameter or a property. */
export type InjectDecorator = PropertyDecorator & ParameterDecorator;

/**
 * Injects a client, of the type that its library gives it.
 *
 * @param redis The connection's name, or which client of which connection. Default: the default connection's.
 *
 * @example
 * class Counter {
 *   constructor(
 *     @InjectRedis() private readonly redis: Redis,
 *     @InjectRedis({ client: 'subscriber' }) private readonly subscriber: Redis,
 *   ) {}
 * }
 */
export function InjectRedis(redis?: string | RedisReference): InjectDecorator {
  return Inject(getRedisToken(redis));
}

/**
 * Injects the resolver, which knows the master and tells of failovers.
 *
 * @example
 * class Deployment {
 *   constructor(@InjectResolver() private readonly resolver: Resolver) {}
 * }
 */
export function InjectResolver(connectionName?: string): InjectDecorator {
  return Inject(getResolverToken(connectionName));
}
