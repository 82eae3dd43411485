import { Logger, type InjectionToken, type OnApplicationShutdown } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { SwitchmasterError } from '@switchmaster/core';
import { Connection } from './connection.ts';
import type { EventSink } from './events.ts';
import {
  checkName,
  checkOptions,
  explain,
  type CheckedOptions,
  type SwitchmasterOptions,
} from './options.ts';
import { RateLimitedLogger } from './rate-limited-logger.ts';
import { SentinelSets } from './sentinel-sets.ts';
import { defaultConnectionName } from './tokens.ts';

/** The connections of one application. Each application has its own. */
export class Connections implements OnApplicationShutdown {
  readonly #moduleRef: ModuleRef;
  readonly #sets = new SentinelSets();
  readonly #byName = new Map<string, Connection>();
  #isClosed = false;

  constructor(moduleRef: ModuleRef) {
    this.#moduleRef = moduleRef;
  }

  add(name: string, options: SwitchmasterOptions): Connection {
    const where = `SwitchmasterModule, connection '${name}'`;
    // Nest makes the others all the same when one of them fails.
    if (this.#isClosed) throw new SwitchmasterError('CLOSED', `${where}: the application is closed`);
    const checked = explain(where, () => {
      checkName(name, 'connectionName');
      return checkOptions(options);
    });
    if (this.#byName.has(name)) {
      const message = `${where}: \`connectionName\`: expected another name for each forRoot() or forRootAsync(), got '${name}' twice`;
      throw new SwitchmasterError('INVALID_OPTION', message);
    }
    const log = new RateLimitedLogger(checked.logger ? logger(name) : undefined);
    const connection = new Connection(name, checked, {
      sets: this.#sets,
      log,
      emit: this.#emitter(checked, log),
    });
    this.#byName.set(name, connection);
    return connection;
  }

  /** Part of the application's start: if it fails, nothing of ours goes on without the application. */
  async starting<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.onApplicationShutdown();
      throw error;
    }
  }

  /** The last thing that an application does: requests under way and the hooks of others still need their client. */
  async onApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([...this.#byName.values()].map((connection) => connection.close()));
  }

  #emitter({ events }: CheckedOptions, log: RateLimitedLogger): EventSink['emit'] {
    if (events === undefined) return () => {};
    return (name, payload) => {
      try {
        this.#sink(events).emit(name, payload);
      } catch (error) {
        log.limited('error', 'events', `\`events\`: ${name} could not be emitted: ${String(error)}`);
      }
    };
  }

  /** By its token only now: what provides it may be made after us. */
  #sink(events: EventSink | InjectionToken<EventSink>): EventSink {
    if (typeof events === 'object' && 'emit' in events) return events;
    return this.#moduleRef.get<EventSink>(events, { strict: false });
  }
}

function logger(connectionName: string): Logger {
  return new Logger(
    connectionName === defaultConnectionName ? 'Switchmaster' : `Switchmaster:${connectionName}`,
  );
}
