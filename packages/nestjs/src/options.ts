import type { InjectionToken } from '@nestjs/common';
import { isSwitchmasterError, SwitchmasterError, type ResolverOptions } from '@switchmaster/core';
import { isClientRecipe, type ClientRecipe } from './client-recipe.ts';
import type { EventSink } from './events.ts';

/**
 * What an application does until its client is connected for the first time.
 *
 * - `background`: it starts at once. Commands wait in the client.
 * - `wait`: it waits for at most `startupTimeoutMs`, then says so in the log and starts all the same.
 * - `require`: as `wait`, but it does not start without.
 */
export type Startup = 'background' | 'wait' | 'require';

/** Options of a connection: those of `createResolver()`, and what Nest needs to know. */
export interface SwitchmasterOptions extends ResolverOptions {
  /**
   * The client to inject: `ioredis({ … })` of `@switchmaster/nestjs/ioredis`, `nodeRedis({ … })` of
   * `@switchmaster/nestjs/node-redis`, or `false` for a resolver alone.
   */
  readonly client: ClientRecipe | false;
  /** Default: `'wait'`. */
  readonly startup?: Startup | undefined;
  /** How long `startup` waits, in milliseconds. Default: 5000. */
  readonly startupTimeoutMs?: number | undefined;
  /**
   * How long a client may take to answer what it was asked before the application stopped, in milliseconds. What is
   * left then is destroyed. Default: 2000.
   */
  readonly shutdownTimeoutMs?: number | undefined;
  /** Whether failovers and errors go to Nest's `Logger`. Default: `true`. */
  readonly logger?: boolean | undefined;
  /**
   * Where `switchmaster.hold`, `switchmaster.switch` and the others of {@link SwitchmasterEvents} go: something with
   * `emit()`, or its injection token, such as the class `EventEmitter2` of `@nestjs/event-emitter`. Default: nowhere.
   */
  readonly events?: EventSink | InjectionToken<EventSink> | undefined;
}

/** What has to be known before the options are. */
export interface SwitchmasterExtras {
  /** Default: `'default'`. */
  readonly connectionName?: string | undefined;
  /** Whether every module sees the client and the resolver without importing anything. Default: `true`. */
  readonly isGlobal?: boolean | undefined;
}

export interface CheckedOptions {
  readonly resolver: ResolverOptions;
  readonly client: ClientRecipe | false;
  readonly startup: Startup;
  readonly startupTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
  readonly logger: boolean;
  readonly events: EventSink | InjectionToken<EventSink> | undefined;
}

const startups: readonly Startup[] = ['background', 'wait', 'require'];

/** `createResolver()` checks its own. */
export function checkOptions(options: SwitchmasterOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) {
    throw new SwitchmasterError('INVALID_OPTION', `expected an object of options, got ${String(options)}`);
  }
  const {
    client,
    startup = 'wait',
    startupTimeoutMs,
    shutdownTimeoutMs,
    logger = true,
    events,
    ...resolver
  } = options;
  if (client !== false) checkRecipe(client, 'client', ', or false for a resolver alone');
  if (!startups.includes(startup)) {
    throw invalid('startup', startups.map((one) => `'${one}'`).join(' or '), startup);
  }
  if (typeof logger !== 'boolean') throw invalid('logger', 'true or false', logger);
  return {
    resolver,
    client,
    startup,
    startupTimeoutMs: duration(startupTimeoutMs, 'startupTimeoutMs', 5000),
    shutdownTimeoutMs: duration(shutdownTimeoutMs, 'shutdownTimeoutMs', 2000),
    logger,
    events,
  };
}

export function checkRecipe(recipe: unknown, option: string, or = ''): void {
  if (isClientRecipe(recipe)) return;
  const libraries =
    'ioredis() of @switchmaster/nestjs/ioredis or nodeRedis() of @switchmaster/nestjs/node-redis';
  throw invalid(option, libraries + or, recipe);
}

export function checkName(name: unknown, option: string): void {
  if (typeof name === 'string' && /^[^\s:]+$/.test(name)) return;
  throw invalid(option, 'a name without colons and spaces', name);
}

/** Says where the options came from: an application may have many. */
export function explain<T>(where: string, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    if (!isSwitchmasterError(error)) throw error;
    throw new SwitchmasterError(error.code, `${where}: ${error.message}`, { cause: error });
  }
}

const longestMs = 2 ** 31 - 1;

function duration(value: unknown, option: string, standard: number): number {
  if (value === undefined) return standard;
  if (typeof value === 'number' && value > 0 && value <= longestMs) return value;
  throw invalid(option, 'a duration in milliseconds greater than 0', value);
}

function invalid(option: string, expected: string, got: unknown): SwitchmasterError {
  const shown = typeof got === 'object' && got !== null ? 'another object' : String(got);
  return new SwitchmasterError('INVALID_OPTION', `\`${option}\`: expected ${expected}, got ${shown}`);
}
