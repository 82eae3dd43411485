import 'reflect-metadata';
import type { DynamicModule, LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import type { ClientRecipe } from '../src/index.ts';

/** What our part of an application logged, one line each. */
export class Lines implements LoggerService {
  readonly all: string[] = [];
  log = (...line: unknown[]): void => this.#add('log', line);
  warn = (...line: unknown[]): void => this.#add('warn', line);
  error = (...line: unknown[]): void => this.#add('error', line);

  #add(level: string, line: unknown[]): void {
    const context = String(line.at(-1));
    if (context.startsWith('Switchmaster')) this.all.push(`${level} ${String(line[0])}`);
  }
}

export interface Application extends AsyncDisposable {
  readonly app: TestingModule;
  readonly lines: string[];
}

/** A started application, stopped with `await using`. */
export async function start(
  imports: NonNullable<ModuleMetadata['imports']>,
  options: {
    providers?: ModuleMetadata['providers'];
    override?: (builder: TestingModuleBuilder) => void;
  } = {},
): Promise<Application> {
  const logger = new Lines();
  const builder = Test.createTestingModule({ imports, providers: options.providers ?? [] }).setLogger(logger);
  options.override?.(builder);
  const app = await builder.compile();
  await app.init();
  return { app, lines: logger.all, [Symbol.asyncDispose]: () => app.close() };
}

/** A module of an application's own. */
export function moduleOf(metadata: ModuleMetadata): DynamicModule {
  return { module: class OwnModule extends Object {}, ...metadata };
}

/** A client that does nothing, for what is not about clients. */
export class InertClient {
  isClosed = false;
}

export function inert(recipe: Partial<ClientRecipe<InertClient>> = {}): ClientRecipe<InertClient> {
  return {
    library: 'none',
    create: () => new InertClient(),
    connect: async () => {},
    onError: () => {},
    close: async (client) => {
      client.isClosed = true;
    },
    destroy: () => {},
    ...recipe,
  };
}
