import { Module, type DynamicModule } from '@nestjs/common';
import type { Resolver } from '@switchmaster/core';
import type { ClientSource } from '../connection.ts';
import { SwitchmasterCoreModule } from '../switchmaster-core.module.ts';
import { getConnectionToken, getRedisToken, getResolverToken } from '../tokens.ts';
import { FakeResolver } from './fake-resolver.ts';

export interface SwitchmasterTestingOptions {
  /** What {@link InjectRedis} injects. */
  readonly client?: object | undefined;
  /** What it injects for the clients of `forFeature()`, by name. */
  readonly clients?: Readonly<Record<string, object>> | undefined;
  /** What {@link InjectResolver} injects. Default: a {@link FakeResolver}. */
  readonly resolver?: Resolver | undefined;
  /** Default: `'default'`. */
  readonly connectionName?: string | undefined;
}

/**
 * Stands in for `SwitchmasterModule.forRoot()` in tests: the same tokens, with fakes behind them.
 *
 * @example
 * const module = await Test.createTestingModule({
 *   imports: [SwitchmasterTestingModule.forRoot({ client: { get: async () => 'a value' } }), CatsModule],
 * }).compile();
 * await module.get<FakeResolver>(getResolverToken()).failover();
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class
export class SwitchmasterTestingModule {
  static forRoot(options: SwitchmasterTestingOptions = {}): DynamicModule {
    const { client = {}, clients = {}, resolver = new FakeResolver(), connectionName } = options;
    const providers = [
      { provide: getConnectionToken(connectionName), useValue: source(resolver, clients) },
      { provide: getResolverToken(connectionName), useValue: resolver },
      { provide: getRedisToken(connectionName), useValue: client },
    ];
    return {
      module: SwitchmasterTestingModule,
      global: true,
      imports: [SwitchmasterCoreModule],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
Module({})(SwitchmasterTestingModule);

function source(resolver: Resolver, clients: Readonly<Record<string, object>>): ClientSource {
  return {
    name: resolver.name,
    recipe: false,
    resolver,
    started: async () => {},
    client: async (_recipe, _resolver, name) => {
      const fake = clients[name];
      if (!fake) throw new Error(`SwitchmasterTestingModule.forRoot() has no \`clients.${name}\` to inject`);
      return fake;
    },
  };
}
