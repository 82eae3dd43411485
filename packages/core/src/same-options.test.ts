import { expect, it } from 'vitest';
import {
  checkResolverOptions,
  checkSetOptions,
  type ResolverOptions,
  type SentinelSetOptions,
} from './options.ts';
import { isSameSet, isSameWatch } from './same-options.ts';

const sentinels = ['s1', 's2'];
const base = { name: 'mymaster', sentinels };
const mapped = (): NonNullable<ResolverOptions['mapAddress']> => (address) => address;
const map = mapped();
const given = (): { password: string } => ({ password: 'now' });
const lookup = (): void => {};
const ca = Buffer.from('no certificate, and never looked at');

it.each<[boolean, string, Partial<ResolverOptions>, Partial<ResolverOptions>]>([
  [true, 'nothing but what is needed', {}, {}],
  [true, 'other sentinels, since it is asked of one set', {}, { sentinels: ['s3'] }],
  [true, 'what is the default anyway', {}, { switchOn: 'promotion', hold: {}, roleIntervalMs: 1000 }],
  [false, 'another name', {}, { name: 'other' }],
  [false, 'another moment to switch', {}, { switchOn: 'announcement' }],
  [false, 'no hold', {}, { hold: false }],
  [false, 'another minority', {}, { onMinority: 'hold' }],
  [false, 'another pace', {}, { roleIntervalMs: 500 }],
  [false, 'another patience', {}, { discoveryTimeoutMs: 500 }],
  [false, 'another deadline', {}, { commandTimeoutMs: 500 }],
  [true, 'the same map', { mapAddress: map }, { mapAddress: map }],
  [false, 'another map', { mapAddress: map }, { mapAddress: mapped() }],
  [false, 'no map', { mapAddress: map }, {}],
  [true, 'the same password', { node: { password: 'a' } }, { node: { password: 'a' } }],
  [false, 'another password', { node: { password: 'a' } }, { node: { password: 'b' } }],
  [false, 'another user', { node: { username: 'u', password: 'a' } }, { node: { password: 'a' } }],
  [true, 'the same provider', { node: { credentials: given } }, { node: { credentials: given } }],
  [false, 'another provider', { node: { credentials: given } }, { node: { credentials: () => given() } }],
  [false, 'a password for a provider', { node: { credentials: given } }, { node: { password: 'now' } }],
  [false, 'a provider for a password', { node: { password: 'now' } }, { node: { credentials: given } }],
  [true, 'the same lookup', { node: { lookup } }, { node: { lookup } }],
  [false, 'no lookup', { node: { lookup } }, { node: {} }],
  [true, 'TLS', { node: { tls: true } }, { node: { tls: {} } }],
  [false, 'TLS and none', { node: { tls: true } }, { node: {} }],
  [
    true,
    'the same name to ask for',
    { node: { tls: { servername: 'a' } } },
    { node: { tls: { servername: 'a' } } },
  ],
  [
    false,
    'another name to ask for',
    { node: { tls: { servername: 'a' } } },
    { node: { tls: { servername: 'b' } } },
  ],
  [false, 'fewer options of TLS', { node: { tls: { servername: 'a' } } }, { node: { tls: {} } }],
  [true, 'the same session', { node: { tls: { session: ca } } }, { node: { tls: { session: ca } } }],
  [
    false,
    'a copy of it',
    { node: { tls: { session: ca } } },
    { node: { tls: { session: Buffer.from(ca) } } },
  ],
])('the same watch? %s: %s', (same, _, one, other) => {
  const [a, b] = [checkResolverOptions({ ...base, ...one }), checkResolverOptions({ ...base, ...other })];
  expect(isSameWatch(a, b)).toBe(same);
  expect(isSameWatch(b, a)).toBe(same);
});

it.each<[boolean, string, Partial<SentinelSetOptions>, Partial<SentinelSetOptions>]>([
  [true, 'nothing but what is needed', {}, {}],
  [true, 'the same in other words', {}, { sentinels: [{ host: 's1', port: 26379 }, 's2:26379'] }],
  [false, 'one more', {}, { sentinels: ['s1', 's2', 's3'] }],
  [false, 'other ones', {}, { sentinels: ['s1', 's3'] }],
  [false, 'a password', {}, { sentinel: { password: 'a' } }],
  [true, 'the same in a URL', { sentinel: { password: 'a' } }, { sentinels: 'redis+sentinel://:a@s1,s2/m' }],
  [false, 'TLS', {}, { sentinel: { tls: true } }],
  [false, 'another pace', {}, { pingIntervalMs: 100 }],
  [false, 'another backoff', {}, { backoff: { maxMs: 5000 } }],
  [false, 'a map', {}, { mapAddress: map }],
])('the same set? %s: %s', (same, _, one, other) => {
  const [a, b] = [checkSetOptions({ sentinels, ...one }), checkSetOptions({ sentinels, ...other })];
  expect(isSameSet(a, b)).toBe(same);
  expect(isSameSet(b, a)).toBe(same);
});
