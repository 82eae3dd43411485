import type { Resolver } from '@switchmaster/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectOwn } from './own-client.ts';

const resolver = {} as Resolver;
const notInstalled = (): never => {
  throw new Error('not installed');
};
const client = (name: string): object => ({
  call: async () => name,
  status: 'ready',
  options: { keyPrefix: name },
});

afterEach(() => {
  vi.doUnmock('@switchmaster/ioredis');
  vi.doUnmock('@switchmaster/node-redis');
});

describe('connectOwn()', () => {
  it('prefers ioredis, and lets it queue and send again nothing', async () => {
    const createRedis = vi.fn<() => object>(() => client('ioredis'));
    vi.doMock('@switchmaster/ioredis', () => ({ createRedis }));
    expect((await connectOwn(resolver)).keyPrefix).toBe('ioredis');
    const options = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false };
    expect(createRedis).toHaveBeenCalledWith(resolver, options);
  });

  it('takes node-redis where there is no ioredis', async () => {
    vi.doMock('@switchmaster/ioredis', () => ({ createRedis: notInstalled }));
    vi.doMock('@switchmaster/node-redis', () => ({ createClient: () => client('node-redis') }));
    expect((await connectOwn(resolver)).keyPrefix).toBe('node-redis');
  });

  it('says what to install where there is neither', async () => {
    vi.doMock('@switchmaster/ioredis', notInstalled);
    vi.doMock('@switchmaster/node-redis', notInstalled);
    await expect(connectOwn(resolver)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('install @switchmaster/ioredis with ioredis') as string,
    });
  });
});
