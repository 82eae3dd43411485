import { Module, type ConfigurableModuleAsyncOptions, type DynamicModule } from '@nestjs/common';
import type { ClientRecipe } from './client-recipe.ts';
import type { SwitchmasterExtras, SwitchmasterOptions } from './options.ts';
import { clientProvider, featureProvider, resolverProvider } from './providers.ts';
import { SwitchmasterCoreModule } from './switchmaster-core.module.ts';
import { ConnectionModuleClass } from './switchmaster.module-definition.ts';
import { getRedisToken, getResolverToken } from './tokens.ts';

/** Options of {@link SwitchmasterModule.forRoot}. */
export interface SwitchmasterModuleOptions extends SwitchmasterOptions, SwitchmasterExtras {}

/** Options of {@link SwitchmasterModule.forRootAsync}. */
export interface SwitchmasterModuleAsyncOptions
  extends
    ConfigurableModuleAsyncOptions<SwitchmasterOptions, 'createSwitchmasterOptions'>,
    SwitchmasterExtras {}

/** What the class in `useClass` or `useExisting` implements. */
export interface SwitchmasterOptionsFactory {
  createSwitchmasterOptions(): SwitchmasterOptions | Promise<SwitchmasterOptions>;
}

class SwitchmasterConnectionModule extends ConnectionModuleClass {}
Module({})(SwitchmasterConnectionModule);

/**
 * Redis clients for a Nest application that follow the master of a Sentinel deployment.
 *
 * @example
 * SwitchmasterModule.forRoot({
 *   name: 'mymaster',
 *   sentinels: ['s1:26379', 's2:26379', 's3:26379'],
 *   client: ioredis(),
 * });
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- a Nest module is a class
export class SwitchmasterModule {
  /**
   * A connection, of which there may be several with a `connectionName` each. Those that name the same sentinels with
   * the same options share one socket to each sentinel.
   */
  static forRoot(options: SwitchmasterModuleOptions): DynamicModule {
    const { connectionName, isGlobal, ...own } = options;
    // Whoever injects a client that there is not should be told so by Nest.
    return assemble(SwitchmasterConnectionModule.forRoot({ ...own, connectionName }), {
      connectionName,
      isGlobal,
      hasClient: own.client !== false,
    });
  }

  /**
   * A connection whose options come from other providers. With `client: false` among them, {@link InjectRedis} injects
   * `undefined`.
   *
   * @example
   * SwitchmasterModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ sentinels: config.getOrThrow('REDIS_URL'), client: nodeRedis() }),
   * });
   */
  static forRootAsync(options: SwitchmasterModuleAsyncOptions): DynamicModule {
    const { connectionName, isGlobal, ...own } = options;
    const inner = SwitchmasterConnectionModule.forRootAsync({ ...own, connectionName });
    return assemble(inner, { connectionName, isGlobal, hasClient: true });
  }

  /**
   * Further clients of a connection, for subscriptions, blocking commands, or reads from replicas. They are seen where
   * this is imported.
   *
   * @param clients By the name that {@link InjectRedis} takes.
   *
   * @example
   * @Module({
   *   imports: [SwitchmasterModule.forFeature({ subscriber: ioredis(), replica: ioredis({ role: 'replica' }) })],
   * })
   * class NewsModule {}
   */
  static forFeature(clients: Readonly<Record<string, ClientRecipe>>, connectionName?: string): DynamicModule {
    const providers = Object.entries(clients).map(([client, recipe]) =>
      featureProvider({ connectionName, client }, recipe),
    );
    return {
      module: SwitchmasterModule,
      imports: [SwitchmasterCoreModule],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
Module({})(SwitchmasterModule);

interface Shape extends SwitchmasterExtras {
  readonly hasClient: boolean;
}

function assemble(
  inner: DynamicModule,
  { connectionName, isGlobal = true, hasClient }: Shape,
): DynamicModule {
  return {
    module: SwitchmasterModule,
    global: isGlobal,
    imports: [inner],
    providers: [resolverProvider(connectionName), ...(hasClient ? [clientProvider(connectionName)] : [])],
    exports: [getResolverToken(connectionName), ...(hasClient ? [getRedisToken(connectionName)] : [])],
  };
}
