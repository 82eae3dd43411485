import type { FactoryProvider } from '@nestjs/common';
import { SwitchmasterError, type Resolver } from '@switchmaster/core';
import type { ClientRecipe } from './client-recipe.ts';
import type { ClientSource } from './connection.ts';
import { Connections } from './connections.ts';
import { checkName, checkRecipe, explain } from './options.ts';
import {
  defaultConnectionName,
  getConnectionToken,
  getRedisToken,
  getResolverToken,
  type RedisReference,
} from './tokens.ts';

export function resolverProvider(connectionName: string | undefined): FactoryProvider {
  return {
    provide: getResolverToken(connectionName),
    inject: [Connections, getConnectionToken(connectionName)],
    useFactory: (connections: Connections, connection: ClientSource): Promise<Resolver> =>
      connections.starting(async () => {
        const { resolver, recipe } = connection;
        if (recipe === false) await connection.started(resolver);
        return resolver;
      }),
  };
}

export function clientProvider(connectionName: string | undefined): FactoryProvider {
  return {
    provide: getRedisToken(connectionName),
    inject: [Connections, getConnectionToken(connectionName), getResolverToken(connectionName)],
    useFactory: (
      connections: Connections,
      connection: ClientSource,
      resolver: Resolver,
    ): Promise<object | undefined> =>
      connections.starting(async () => {
        const { recipe, name } = connection;
        return recipe === false ? undefined : connection.client(recipe, resolver, name);
      }),
  };
}

export function featureProvider(reference: RedisReference, recipe: ClientRecipe): FactoryProvider {
  const { connectionName = defaultConnectionName, client = '' } = reference;
  const optional = (token: string): { token: string; optional: true } => ({ token, optional: true });
  return {
    provide: getRedisToken(reference),
    inject: [
      Connections,
      optional(getConnectionToken(connectionName)),
      // Seen here if the connection is global, and then a test may have overridden it.
      optional(getResolverToken(connectionName)),
    ],
    useFactory: (connections: Connections, connection?: ClientSource, resolver?: Resolver): Promise<object> =>
      connections.starting(() => {
        explain(`SwitchmasterModule.forFeature(), client '${client}'`, () => {
          checkName(client, 'clients');
          checkRecipe(recipe, client);
        });
        if (!connection) throw noConnection(connectionName, client);
        return connection.client(recipe, resolver ?? connection.resolver, client);
      }),
  };
}

function noConnection(connectionName: string, client: string): SwitchmasterError {
  const what = `SwitchmasterModule.forFeature(), client '${client}'`;
  const cure = `import SwitchmasterModule.forRoot({ connectionName: '${connectionName}', … }) in the application's module`;
  return new SwitchmasterError(
    'INVALID_OPTION',
    `${what}: there is no connection '${connectionName}': ${cure}`,
  );
}
