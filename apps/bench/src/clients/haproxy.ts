import type { ClientDefinition } from './client.ts';
import { loadIoredis, whenReady } from './ioredis-commands.ts';

/** The set-up of those who keep Sentinel out of their applications: HAProxy leads to whichever node says `role:master`. */
export const haproxy: ClientDefinition = {
  name: 'haproxy',
  kind: 'peer',
  library: 'ioredis',
  isProxied: true,
  underLoad: 'too',
  about: 'ioredis 6 behind HAProxy with a `role:master` check',
  connect: async ({ proxy }) => {
    if (!proxy) throw new Error('there is no HAProxy to connect to');
    const Redis = await loadIoredis('ioredis');
    return await whenReady(new Redis({ host: proxy.host, port: proxy.port }));
  },
};
