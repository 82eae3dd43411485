import type { ResolverOptions } from '@switchmaster/core';
import type { Redis } from 'ioredis';
import type { ClientDefinition } from './client.ts';
import { whenReady } from './ioredis-commands.ts';

function define(name: string, about: string, options: Partial<ResolverOptions> = {}): ClientDefinition {
  return {
    name,
    kind: 'ours',
    library: 'ioredis',
    about,
    connect: async (deployment) => {
      const { NestFactory } = await import('@nestjs/core');
      const { getRedisToken, SwitchmasterModule } = await import('@switchmaster/nestjs');
      const { ioredis } = await import('@switchmaster/nestjs/ioredis');
      const { name: master, sentinels } = deployment;
      const module = SwitchmasterModule.forRoot({ name: master, sentinels, ...options, client: ioredis() });
      const app = await NestFactory.createApplicationContext(module, { logger: false });
      const client = await whenReady(app.get<Redis>(getRedisToken()));
      return { ...client, close: () => void app.close() };
    },
  };
}

/** An application with a client to inject. */
export const switchmasterNestjs: readonly ClientDefinition[] = [
  define('switchmaster-nestjs', '@switchmaster/nestjs with ioredis 6, defaults'),
  define(
    'switchmaster-nestjs-announcement',
    "@switchmaster/nestjs with ioredis 6, switchOn: 'announcement'",
    { switchOn: 'announcement' },
  ),
];
