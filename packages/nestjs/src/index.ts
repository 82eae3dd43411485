export type { ClientRecipe } from './client-recipe.ts';
export { InjectRedis, InjectResolver, type InjectDecorator } from './decorators.ts';
export type { EventSink, OfConnection, SwitchmasterEvents } from './events.ts';
export type { Startup, SwitchmasterExtras, SwitchmasterOptions } from './options.ts';
export {
  SwitchmasterModule,
  type SwitchmasterModuleAsyncOptions,
  type SwitchmasterModuleOptions,
  type SwitchmasterOptionsFactory,
} from './switchmaster.module.ts';
export { getRedisToken, getResolverToken, type RedisReference } from './tokens.ts';
