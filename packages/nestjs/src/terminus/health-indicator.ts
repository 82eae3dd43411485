import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { Resolver, TopologySnapshot } from '@switchmaster/core';
import { within } from '../deadline.ts';
import { getRedisToken, getResolverToken, type RedisReference } from '../tokens.ts';
import { judge, type Health } from './health.ts';

export interface PingCheckOptions extends RedisReference {
  /** How long the answer to the ping may take, in milliseconds: the check takes no longer. Default: 1000. */
  readonly timeoutMs?: number | undefined;
  /**
   * What Terminus 11, which knows no `degraded`, is told instead. Default: `'up'`, with a `message` that says why.
   */
  readonly degradedAs?: 'up' | 'down' | undefined;
}

interface Examined {
  readonly state: Health['state'];
  readonly data: Record<string, unknown>;
}

interface Pingable {
  ping(): Promise<unknown>;
}

/**
 * Tells Terminus how a connection is: `up`, `degraded` while it works but not as it should (a failover is under way, a
 * majority of the sentinels is out of sight, what is known of the topology may be stale) or `down`.
 *
 * For readiness. A liveness probe that asks it has every process restarted at each failover.
 *
 * @example
 * @Get('ready')
 * ready() {
 *   return this.health.check([() => this.redis.pingCheck('redis')]);
 * }
 */
export class SwitchmasterHealthIndicator {
  readonly #service: HealthIndicatorService;
  readonly #moduleRef: ModuleRef;

  constructor(service: HealthIndicatorService, moduleRef: ModuleRef) {
    this.#service = service;
    this.#moduleRef = moduleRef;
  }

  /** Pings through the injected client. Never rejects, and never takes longer than `timeoutMs`. */
  async pingCheck<const Key extends string>(
    key: Key,
    options: PingCheckOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { state, data } = await this.#examine(options);
    const session = this.#service.check(key);
    if (state === 'up') return session.up(data);
    if (state === 'down') return session.down(data);
    // Terminus 11 has none.
    if (typeof session.degraded === 'function') return session.degraded(data);
    const flagged = { ...data, degraded: true };
    return options.degradedAs === 'down' ? session.down(flagged) : session.up(flagged);
  }

  async #examine(options: PingCheckOptions): Promise<Examined> {
    try {
      const resolver = this.#moduleRef.get<Resolver>(getResolverToken(options.connectionName), anywhere);
      const client = this.#client(options);
      const failure = client ? await ping(client, options.timeoutMs ?? 1000) : silence(resolver.topology);
      return judge(resolver.topology, failure);
    } catch (error) {
      return { state: 'down', data: { message: asError(error).message } };
    }
  }

  /** A connection may do without a client, and a client of the user's own without `ping()`. */
  #client(options: PingCheckOptions): Pingable | undefined {
    try {
      const client = this.#moduleRef.get<Partial<Pingable> | undefined>(getRedisToken(options), anywhere);
      return typeof client?.ping === 'function' ? (client as Pingable) : undefined;
    } catch (error) {
      if (options.client === undefined) return undefined;
      throw error;
    }
  }
}

Injectable()(SwitchmasterHealthIndicator);
Inject(HealthIndicatorService)(SwitchmasterHealthIndicator, undefined, 0);
Inject(ModuleRef)(SwitchmasterHealthIndicator, undefined, 1);

/** What is injected, fakes included, in whichever module it is provided. */
const anywhere = { strict: false };

async function ping(client: Pingable, timeoutMs: number): Promise<Error | undefined> {
  try {
    const late = (): Error => new Error(`no answer to PING after ${timeoutMs} ms`);
    await within(Promise.resolve(client.ping()), timeoutMs, late);
    return undefined;
  } catch (error) {
    return asError(error);
  }
}

/** Where nobody can ping, the resolver has asked the master for its role a moment ago. */
function silence({ verified }: TopologySnapshot): Error | undefined {
  return verified ? undefined : new Error('no answer to ROLE');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
