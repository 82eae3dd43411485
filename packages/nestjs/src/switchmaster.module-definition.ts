import {
  ConfigurableModuleBuilder,
  type ConfigurableModuleCls,
  type ConfigurableModuleHost,
  type DynamicModule,
} from '@nestjs/common';
import type { Connection } from './connection.ts';
import { Connections } from './connections.ts';
import type { SwitchmasterOptions } from './options.ts';
import { SwitchmasterCoreModule } from './switchmaster-core.module.ts';
import { defaultConnectionName, getConnectionToken } from './tokens.ts';

interface Extras {
  connectionName?: string | undefined;
}

type Method = 'forRoot';
type FactoryMethod = 'createSwitchmasterOptions';

const host: ConfigurableModuleHost<SwitchmasterOptions, Method, FactoryMethod, Extras> =
  new ConfigurableModuleBuilder<SwitchmasterOptions>({ moduleName: 'Switchmaster' })
    .setClassMethodName<Method>('forRoot')
    .setFactoryMethodName<FactoryMethod>('createSwitchmasterOptions')
    .setExtras<Extras>({ connectionName: defaultConnectionName }, withConnection)
    .build();

/** Makes a {@link Connection} of options that may have to be waited for, and lets the whole application see it. */
export const ConnectionModuleClass: ConfigurableModuleCls<
  SwitchmasterOptions,
  Method,
  FactoryMethod,
  Extras
> = host.ConfigurableModuleClass;

function withConnection(
  definition: DynamicModule,
  { connectionName = defaultConnectionName }: Extras,
): DynamicModule {
  const connection = {
    provide: getConnectionToken(connectionName),
    inject: [Connections, host.MODULE_OPTIONS_TOKEN],
    useFactory: (connections: Connections, options: SwitchmasterOptions): Promise<Connection> =>
      connections.starting(() => connections.add(connectionName, options)),
  };
  return {
    ...definition,
    global: true,
    imports: [...(definition.imports ?? []), SwitchmasterCoreModule],
    providers: [...(definition.providers ?? []), connection],
    exports: [connection.provide],
  };
}
