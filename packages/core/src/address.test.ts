import { describe, expect, it } from 'vitest';
import { addressKey, formatAddress, isHost, isPort, parseAddress, sameAddress } from './address.ts';

describe('parseAddress', () => {
  it.each([
    ['s1', 's1', 26379],
    ['s1:1', 's1', 1],
    ['Sentinel-1.redis.svc.cluster.local:65535', 'Sentinel-1.redis.svc.cluster.local', 65535],
    ['10.0.0.1', '10.0.0.1', 26379],
    ['10.0.0.1:6380', '10.0.0.1', 6380],
    ['::1', '::1', 26379],
    ['[::1]', '::1', 26379],
    ['[::1]:5000', '::1', 5000],
    ['[fe80::1%eth0]:5000', 'fe80::1%eth0', 5000],
    ['redis_a', 'redis_a', 26379],
  ])('reads %s', (text, host, port) => {
    expect(parseAddress(text, 26379)).toEqual({ host, port });
  });

  it('freezes what it read', () => {
    expect(Object.isFrozen(parseAddress('s1:1', 26379))).toBe(true);
  });

  it.each(['', ' ', 's1:', ':1', 's1:-1', 's1:1:2', 's1 :1', '[::1', '::1]', '[s1]:1', '[::1]1'])(
    'refuses %j, quoting it',
    (text) => {
      expect(() => parseAddress(text, 26379)).toThrow(TypeError);
      expect(() => parseAddress(text, 26379)).toThrow(`got ${JSON.stringify(text)}`);
    },
  );

  it.each(['s1:0', 's1:65536', '[::1]:0', 's1:99999999999999999999'])('refuses the port of %j', (text) => {
    expect(() => parseAddress(text, 26379)).toThrow(/^expected a port from 1 to 65535, got \d+ in "/);
  });

  it('refuses a default port that is none', () => {
    expect(() => parseAddress('s1', 0)).toThrow('expected a port from 1 to 65535, got 0 in "s1"');
  });

  it.each(['redis://user:secret@s1:1', 'user:secret@s1', 'user:sec@ret@s1'])(
    'never quotes a password',
    (text) => {
      expect(() => parseAddress(text, 26379)).toThrow(/^(?!.*(user|sec|ret)).*"\.\.\.@s1/);
    },
  );

  it('nor what stands where a port should: who forgets the host of a URL has a password there', () => {
    expect(() => parseAddress('user:secret', 26379)).toThrow('got "user:..."');
  });
});

describe('isHost', () => {
  it.each(['s1', 'S1.example', 'a_b', '10.0.0.1', '::1', 'fe80::1%eth0', 'münchen.example', 'x'.repeat(255)])(
    '%s may be one',
    (text) => expect(isHost(text)).toBe(true),
  );
  it.each([
    '',
    'a b',
    'a\nb',
    '\u001b[31m',
    'user@s1',
    's1:1',
    'redis://s1',
    's1/x',
    's1?x',
    '[::1]',
    'x'.repeat(256),
  ])('%j is none', (text) => expect(isHost(text)).toBe(false));
});

describe('addressKey', () => {
  it.each([
    [{ host: 's1', port: 1 }, 's1:1'],
    [{ host: 'S1.Example', port: 1 }, 's1.example:1'],
    [{ host: '::1', port: 1 }, '[::1]:1'],
    [{ host: 'FE80::A', port: 1 }, '[fe80::a]:1'],
    [{ host: '0:0:0:0:0:0:0:1', port: 1 }, '[::1]:1'],
    [{ host: '2001:db8::0:1', port: 1 }, '[2001:db8::1]:1'],
    [{ host: 'FE80::1%Eth0', port: 1 }, '[fe80::1%Eth0]:1'],
  ])('of %j is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});

describe('sameAddress', () => {
  it.each([
    ['s1:1', 's1:1', true],
    ['S1:1', 's1:1', true],
    ['[::1]:1', '[0:0::1]:1', true],
    ['s1:1', 's1:2', false],
    ['s1:1', 's2:1', false],
    ['[::1]:1', '[::2]:1', false],
    ['[fe80::1%eth0]:1', '[fe80::1%eth1]:1', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(sameAddress(parseAddress(a, 1), parseAddress(b, 1))).toBe(same);
  });
});

describe('formatAddress', () => {
  it.each(['s1:1', 'S1.example:26379', '10.0.0.1:6379', '[::1]:6379', '[FE80::1%eth0]:6379'])(
    '%s',
    (text) => {
      expect(formatAddress(parseAddress(text, 1))).toBe(text);
    },
  );
});

describe('isPort', () => {
  it.each([1, 6379, 65_535])('%d is one', (port) => expect(isPort(port)).toBe(true));
  it.each([0, -1, 65_536, 1.5, Number.NaN, Infinity])('%d is none', (port) =>
    expect(isPort(port)).toBe(false),
  );
});
