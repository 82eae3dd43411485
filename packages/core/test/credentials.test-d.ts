import type { LookupFunction } from 'node:net';
import { expectTypeOf, test } from 'vitest';
import {
  createResolver,
  createSentinelSet,
  type Credentials,
  type CredentialsProvider,
  type ServerOptions,
} from '../src/index.ts';

const least = { name: 'm', sentinels: ['s1'] };

/** As a token of a cloud is got. */
declare function token(): Promise<string>;

test('credentials are given, or asked for, now or later', () => {
  createResolver({ ...least, node: { username: 'app', password: 'secret' } });
  createResolver({ ...least, node: { credentials: () => ({ password: 'secret' }) } });
  createResolver({
    ...least,
    sentinel: { credentials: async () => ({ username: 'app', password: await token() }) },
  });
  createSentinelSet({ sentinels: ['s1'], sentinel: { credentials: () => ({ password: 'secret' }) } });
  expectTypeOf<ServerOptions['credentials']>().toEqualTypeOf<CredentialsProvider | undefined>();
  expectTypeOf<ReturnType<CredentialsProvider>>().toEqualTypeOf<Credentials | Promise<Credentials>>();
});

test('node-redis has a provider of the same shape', () => {
  const provider: {
    readonly type: 'async-credentials-provider';
    readonly credentials: () => Promise<{ username?: string; password?: string }>;
  } = { type: 'async-credentials-provider', credentials: async () => ({ password: await token() }) };
  expectTypeOf(provider.credentials).toExtend<CredentialsProvider>();
  createResolver({ ...least, node: { credentials: () => provider.credentials() } });
});

test('what else might be meant is refused', () => {
  // @ts-expect-error a function is `credentials`
  createResolver({ ...least, node: { password: () => 'secret' } });
  // @ts-expect-error both, in an object
  createResolver({ ...least, node: { credentials: () => 'secret' } });
  // @ts-expect-error a function
  createResolver({ ...least, node: { credentials: { password: 'secret' } } });
  expectTypeOf<ServerOptions['password']>().toEqualTypeOf<string | undefined>();
  // @ts-expect-error texts
  createResolver({ ...least, node: { credentials: () => ({ password: 5 }) } });
});

test('names are looked up as by net.connect()', () => {
  expectTypeOf<ServerOptions['lookup']>().toEqualTypeOf<LookupFunction | undefined>();
});
