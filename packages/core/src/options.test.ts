import { describe, expect, it } from 'vitest';
import { isSwitchmasterError } from './errors.ts';
import {
  checkResolverOptions,
  checkSetOptions,
  isSentinelSet,
  type ResolverOptions,
  type SentinelSetOptions,
} from './options.ts';
import { createSentinelSet } from './sentinel-set.ts';

const least = { name: 'mymaster', sentinels: ['s1'] };

/** Takes what the types would refuse: not every caller has types. */
const check = (options: object): ReturnType<typeof checkResolverOptions> =>
  checkResolverOptions(options as ResolverOptions);
const checkSet = (options: object): ReturnType<typeof checkSetOptions> =>
  checkSetOptions(options as SentinelSetOptions);

function refusalOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isSwitchmasterError(error) && error.code === 'INVALID_OPTION') return error.message;
    throw error;
  }
  return 'none';
}

describe('defaults', () => {
  it('of a resolver', () => {
    const { sentinels, mapAddress, ...options } = check(least);
    expect(options).toEqual({
      name: 'mymaster',
      node: { credentials: {}, tls: undefined, lookup: undefined },
      connectTimeoutMs: 1000,
      commandTimeoutMs: 1000,
      credentialsTimeoutMs: 5000,
      roleIntervalMs: 1000,
      settings: {
        switchOn: 'promotion',
        holdTimeoutMs: 2000,
        onMinority: 'continue',
        discoveryTimeoutMs: 300,
      },
    });
    expect(mapAddress({ host: 'r1', port: 6379 })).toEqual({ host: 'r1', port: 6379 });
    expect(sentinels).toMatchObject({ pingIntervalMs: 500 });
  });

  it('of a sentinel set', () => {
    const { mapAddress, ...options } = checkSet({ sentinels: ['s1'] });
    expect(options).toEqual({
      sentinels: [{ host: 's1', port: 26379 }],
      server: { credentials: {}, tls: undefined, lookup: undefined },
      connectTimeoutMs: 1000,
      commandTimeoutMs: 1000,
      credentialsTimeoutMs: 5000,
      pingIntervalMs: 500,
      refreshIntervalMs: 5000,
      backoff: { initialMs: 50, maxMs: 1000 },
    });
    expect(mapAddress({ host: 's1', port: 26379 })).toEqual({ host: 's1', port: 26379 });
  });

  it('are those of an option that is undefined', () => {
    const names = [
      'sentinel',
      'node',
      'mapAddress',
      'switchOn',
      'hold',
      'onMinority',
      'backoff',
      'roleIntervalMs',
    ];
    const undefinedOnes = Object.fromEntries(names.map((option) => [option, undefined]));
    expect(JSON.stringify(check({ ...least, ...undefinedOnes }))).toBe(JSON.stringify(check(least)));
  });

  it('let the longest backoff grow with the first one', () => {
    expect(checkSet({ sentinels: ['s1'], backoff: { initialMs: 3000 } }).backoff).toEqual({
      initialMs: 3000,
      maxMs: 3000,
    });
  });
});

describe('sentinels may be given as', () => {
  const s1 = { host: 's1', port: 26379 };
  const s2 = { host: 's2', port: 5000 };
  it.each<[string, ResolverOptions['sentinels'], object[]]>([
    ['addresses', [s1, s2], [s1, s2]],
    ['texts', ['s1', 's2:5000'], [s1, s2]],
    ['both', [s1, 's2:5000'], [s1, s2]],
    [
      'IPv6 addresses',
      ['::1', '[::1]:5000', { host: '::1', port: 7 }],
      [
        { host: '::1', port: 26379 },
        { host: '::1', port: 5000 },
        { host: '::1', port: 7 },
      ],
    ],
    ['a URL', 'redis+sentinel://s1,s2:5000/mymaster', [s1, s2]],
    [
      'a URL with IPv6 addresses',
      'redis+sentinel://[::1]:5000,[fe80::2]/mymaster',
      [
        { host: '::1', port: 5000 },
        { host: 'fe80::2', port: 26379 },
      ],
    ],
  ])('%s', (_, sentinels, expected) => {
    expect(check({ name: 'mymaster', sentinels }).sentinels).toMatchObject({ sentinels: expected });
  });

  it('a set that is shared, also one of another copy of this package', async () => {
    await using set = createSentinelSet({ sentinels: ['127.0.0.1:1'] });
    expect(isSentinelSet(set)).toBe(true);
    expect(check({ name: 'mymaster', sentinels: set }).sentinels).toBe(set);
    expect(isSentinelSet({ sentinels: [] })).toBe(false);
    expect(isSentinelSet(undefined)).toBe(false);
  });
});

describe('a URL', () => {
  it.each<[string, object, object?]>([
    ['redis+sentinel://s1', {}],
    ['rediss+sentinel://s1', {}, {}],
    ['redis+sentinel://app:secret@s1', { username: 'app', password: 'secret' }],
    ['redis+sentinel://:secret@s1', { password: 'secret' }],
    ['redis+sentinel://secret@s1', { password: 'secret' }],
    ['redis+sentinel://app:a%3Ab%40c%2Fd@s1', { username: 'app', password: 'a:b@c/d' }],
    // Those who forget to escape mean the same thing.
    ['redis+sentinel://app:a:b@c/d@s1', { username: 'app', password: 'a:b@c/d' }],
  ])('%s says how to talk to sentinels', (url, credentials, tls) => {
    expect(checkSet({ sentinels: url }).server).toEqual({ credentials, tls });
  });

  it.each([
    ['redis+sentinel://s1/other', 'other'],
    ['redis+sentinel://s1/m%C3%A4ster%2F1', 'mäster/1'],
    ['rediss+sentinel://app:secret@s1,s2:5000/other', 'other'],
  ])('%s has a name', (url, name) => {
    expect(check({ sentinels: url }).name).toBe(name);
  });

  it.each(['redis+sentinel://s1', 'redis+sentinel://s1/'])('%s has none', (url) => {
    expect(refusalOf(() => check({ sentinels: url }))).toMatch(/^`name`: expected .* got undefined$/);
  });

  it('takes the name beside it, where it has none', () => {
    expect(check({ name: 'mymaster', sentinels: 'redis+sentinel://s1' }).name).toBe('mymaster');
  });

  it('gives way to credentials and TLS options beside it', () => {
    const sentinel = { username: 'other', password: 'better', tls: { servername: 'sentinel' } };
    const { server } = checkSet({ sentinels: 'rediss+sentinel://app:secret@s1', sentinel });
    expect(server).toEqual({
      credentials: { username: 'other', password: 'better' },
      tls: { servername: 'sentinel' },
    });
  });

  it('says nothing about nodes', () => {
    expect(check({ sentinels: 'rediss+sentinel://app:secret@s1/mymaster' }).node).toEqual({
      credentials: {},
      tls: undefined,
    });
  });
});

describe('a server is talked to', () => {
  it.each([
    ['with nothing', {}, { credentials: {}, tls: undefined }],
    ['with a password', { password: 'x' }, { credentials: { password: 'x' }, tls: undefined }],
    [
      'as a user',
      { username: 'app', password: 'x' },
      { credentials: { username: 'app', password: 'x' }, tls: undefined },
    ],
    ['by TLS', { tls: true }, { credentials: {}, tls: {} }],
    ['by TLS with options', { tls: { servername: 'r1' } }, { credentials: {}, tls: { servername: 'r1' } }],
    ['without TLS', { tls: false }, { credentials: {}, tls: undefined }],
  ])('%s', (_, server, expected) => {
    const checked = check({ ...least, node: server, sentinel: server });
    expect(checked.node).toEqual(expected);
    expect(checked.sentinels).toMatchObject({ server: expected });
  });
});

describe('every bad option is refused in one sentence', () => {
  const urlExpected =
    "`sentinels`: expected one or more sentinels' addresses, such as [{ host: 's1', port: 26379 }]";
  const nameExpected =
    "`name`: expected the master's name in the sentinels' configuration, such as 'mymaster'";
  const msExpected = 'expected a duration in milliseconds greater than 0';

  it.each<[object, string]>([
    [{ name: undefined }, `${nameExpected}, got undefined`],
    [{ name: '' }, `${nameExpected}, got ''`],
    [{ name: 'my master' }, `${nameExpected}, got 'my master'`],
    [{ name: 5 }, `${nameExpected}, got 5`],
    [{ name: null }, `${nameExpected}, got null`],
    [{ sentinels: undefined }, `${urlExpected}, got undefined`],
    [{ sentinels: null }, `${urlExpected}, got null`],
    [{ sentinels: [] }, `${urlExpected}, got none`],
    [{ sentinels: {} }, `${urlExpected}, got an object`],
    [{ sentinels: 26379 }, `${urlExpected}, got 26379`],
    [{ sentinels: [{}] }, '`sentinels[0].host`: expected a host name or IP address, got undefined'],
    [{ sentinels: [null] }, '`sentinels[0].host`: expected a host name or IP address, got undefined'],
    [
      { sentinels: [{ host: '', port: 1 }] },
      "`sentinels[0].host`: expected a host name or IP address, got ''",
    ],
    [
      { sentinels: [{ host: 'redis://app:secret@s1', port: 1 }] },
      '`sentinels[0].host`: expected a host name or IP address, got a string',
    ],
    [
      { sentinels: [{ host: 'x'.repeat(256), port: 1 }] },
      '`sentinels[0].host`: expected a host name or IP address, got a string',
    ],
    [{ sentinels: [{ host: 's1' }] }, '`sentinels[0].port`: expected a port from 1 to 65535, got undefined'],
    [
      { sentinels: [{ host: 's1', port: '1' }] },
      "`sentinels[0].port`: expected a port from 1 to 65535, got '1'",
    ],
    [{ sentinels: [{ host: 's1', port: 0 }] }, '`sentinels[0].port`: expected a port from 1 to 65535, got 0'],
    [
      { sentinels: [{ host: 's1', port: 65_536 }] },
      '`sentinels[0].port`: expected a port from 1 to 65535, got 65536',
    ],
    [
      { sentinels: [{ host: 's1', port: 1.5 }] },
      '`sentinels[0].port`: expected a port from 1 to 65535, got 1.5',
    ],
    [{ sentinels: ['s1', 's2:0'] }, '`sentinels[1]`: expected a port from 1 to 65535, got 0 in "s2:0"'],
    [{ sentinels: ['s1', 's2:x'] }, '`sentinels[1]`: expected host, host:port or [IPv6]:port, got "s2:..."'],
    [
      { sentinels: 's1:26379' },
      "`sentinels`: expected sentinels' addresses, such as [{ host: 's1', port: 26379 }], or a URL like 'redis+sentinel://s1:26379,s2:26379/mymaster', got another text",
    ],
    [
      { sentinels: 'redis+sentinel://s1:x/mymaster' },
      '`sentinels[0]`: expected host, host:port or [IPv6]:port in the URL, got another text',
    ],
    [
      { sentinels: 'redis+sentinel://s1,,s2/mymaster' },
      '`sentinels[1]`: expected host, host:port or [IPv6]:port in the URL, got another text',
    ],
    [
      { sentinels: 'redis+sentinel://s1/my%master' },
      '`sentinels`: expected a URL in which % starts an escape, such as %25, got a broken escape',
    ],
    [
      { sentinels: 'redis+sentinel://s1/other' },
      "`name`: expected the same as in the URL in `sentinels`, 'other', got 'mymaster'",
    ],
    [{ sentinel: 'secret' }, '`sentinel`: expected an object, got a string'],
    [{ sentinel: null }, '`sentinel`: expected an object, got null'],
    [{ node: 5 }, '`node`: expected an object, got a number'],
    [
      { node: { user: 'app' } },
      'unknown option `user` in `node`; known are username, password, credentials, tls, lookup',
    ],
    [
      { node: { password: 5 } },
      '`node.password`: expected a string (for one that changes, give `node.credentials`), got a number',
    ],
    [
      { node: { password: null } },
      '`node.password`: expected a string (for one that changes, give `node.credentials`), got null',
    ],
    [
      { sentinel: { username: {}, password: 'x' } },
      '`sentinel.username`: expected a string (for one that changes, give `sentinel.credentials`), got an object',
    ],
    [
      { node: { username: 'app' } },
      '`node.password`: expected a string, as `node.username` is given, got undefined',
    ],
    [
      { node: { password: () => 'secret' } },
      '`node.password`: expected a string (for one that changes, give `node.credentials`), got a function',
    ],
    [
      { node: { credentials: { password: 'secret' } } },
      '`node.credentials`: expected a function that gives { username, password }, got an object',
    ],
    [
      { sentinel: { credentials: () => ({ password: 'secret' }), password: 'secret' } },
      '`sentinel.password`: expected nothing beside `sentinel.credentials`, got a string',
    ],
    [
      { sentinel: { credentials: () => ({ password: 'secret' }), username: 'app' } },
      '`sentinel.username`: expected nothing beside `sentinel.credentials`, got a string',
    ],
    [
      { sentinel: { lookup: '8.8.8.8' } },
      '`sentinel.lookup`: expected a function, as of net.connect(), got a string',
    ],
    [{ credentialsTimeoutMs: 0 }, `\`credentialsTimeoutMs\`: ${msExpected}, got 0`],
    [
      { node: { tls: { key: 'x', passphrase: 12_345 } } },
      '`node.tls`: expected options that tls.connect() can use, got \'The "options.passphrase" property must be of type string\'',
    ],
    [{ node: { tls: 'yes' } }, '`node.tls`: expected true, false or options of tls.connect(), got a string'],
    [
      { sentinel: { tls: null } },
      '`sentinel.tls`: expected true, false or options of tls.connect(), got null',
    ],
    [
      { node: { tls: { minVersion: 'TLSv9' } } },
      '`node.tls`: expected options that tls.connect() can use, got \'"TLSv9" is not a valid minimum TLS protocol version\'',
    ],
    [{ mapAddress: {} }, '`mapAddress`: expected a function from address to address, got an object'],
    [{ switchOn: 'never' }, "`switchOn`: expected 'promotion' or 'announcement', got 'never'"],
    [{ switchOn: null }, "`switchOn`: expected 'promotion' or 'announcement', got null"],
    [{ onMinority: true }, "`onMinority`: expected 'continue' or 'hold', got true"],
    [{ hold: true }, '`hold`: expected false or { timeoutMs }, got true'],
    [{ hold: null }, '`hold`: expected false or { timeoutMs }, got null'],
    [{ hold: 2000 }, '`hold`: expected false or { timeoutMs }, got 2000'],
    [{ hold: { ms: 2000 } }, 'unknown option `ms` in `hold`; known are timeoutMs'],
    [{ hold: { timeoutMs: 0 } }, `\`hold.timeoutMs\`: ${msExpected}, got 0`],
    [{ hold: { timeoutMs: Infinity } }, `\`hold.timeoutMs\`: ${msExpected}, got Infinity`],
    [{ connectTimeoutMs: -1 }, `\`connectTimeoutMs\`: ${msExpected}, got -1`],
    [{ commandTimeoutMs: '5' }, `\`commandTimeoutMs\`: ${msExpected}, got '5'`],
    [{ pingIntervalMs: Number.NaN }, `\`pingIntervalMs\`: ${msExpected}, got NaN`],
    [{ refreshIntervalMs: 2 ** 31 }, `\`refreshIntervalMs\`: ${msExpected}, got 2147483648`],
    [{ roleIntervalMs: 0 }, `\`roleIntervalMs\`: ${msExpected}, got 0`],
    [{ discoveryTimeoutMs: 0n }, `\`discoveryTimeoutMs\`: ${msExpected}, got 0`],
    [{ backoff: 50 }, '`backoff` expects an object, got a number'],
    [{ backoff: null }, '`backoff` expects an object, got null'],
    [{ backoff: { min: 5 } }, 'unknown option `min` in `backoff`; known are initialMs, maxMs'],
    [{ backoff: { initialMs: 0 } }, `\`backoff.initialMs\`: ${msExpected}, got 0`],
    [{ backoff: { maxMs: -1 } }, `\`backoff.maxMs\`: ${msExpected}, got -1`],
    [
      { master: 'mymaster' },
      'unknown option `master` in createResolver(); known are sentinels, mapAddress, connectTimeoutMs, commandTimeoutMs, credentialsTimeoutMs, sentinel, pingIntervalMs, refreshIntervalMs, backoff, name, node, switchOn, hold, onMinority, roleIntervalMs, discoveryTimeoutMs',
    ],
  ])('%o', (options, message) => {
    expect(refusalOf(() => check({ ...least, ...options }))).toBe(message);
  });

  it.each([
    [undefined, 'createResolver() expects an object, got undefined'],
    [null, 'createResolver() expects an object, got null'],
    ['redis+sentinel://:secret@s1/mymaster', 'createResolver() expects an object, got a string'],
  ])('%o in place of options', (options, message) => {
    expect(refusalOf(() => check(options as unknown as object))).toBe(message);
  });

  it('a name for a set, which has all of them', () => {
    expect(refusalOf(() => checkSet({ sentinels: ['s1'], name: 'mymaster' }))).toMatch(
      /^unknown option `name` in createSentinelSet\(\); known are sentinels, /,
    );
  });

  it.each(['sentinel', 'pingIntervalMs', 'refreshIntervalMs', 'backoff'])(
    '%s beside a set that was made without it',
    async (option) => {
      await using set = createSentinelSet({ sentinels: ['127.0.0.1:1'] });
      expect(refusalOf(() => check({ name: 'm', sentinels: set, [option]: {} }))).toBe(
        `\`${option}\`: expected to be given to createSentinelSet(), which made \`sentinels\`, got it here`,
      );
    },
  );
});

describe('what mapAddress gives is checked when it is used', () => {
  const map = (to: unknown): (() => unknown) => {
    const { mapAddress } = check({ ...least, mapAddress: () => to });
    return () => mapAddress({ host: 'r1', port: 6379 });
  };

  it.each<[unknown, string]>([
    [undefined, '`mapAddress(r1:6379).host`: expected a host name or IP address, got undefined'],
    [{ host: 'x' }, '`mapAddress(r1:6379).port`: expected a port from 1 to 65535, got undefined'],
    [{ host: 'x', port: 0 }, '`mapAddress(r1:6379).port`: expected a port from 1 to 65535, got 0'],
    ['x:0', '`mapAddress(r1:6379)`: expected a port from 1 to 65535, got 0 in "x:0"'],
  ])('%o', (to, message) => {
    expect(refusalOf(map(to))).toBe(message);
  });

  it('and what it throws is the cause', () => {
    const cause = new Error('no such container');
    const mapAddress = (): never => {
      throw cause;
    };
    const checked = check({ ...least, mapAddress }).mapAddress;
    expect(() => checked({ host: 'r1', port: 6379 })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: '`mapAddress(r1:6379)` threw: no such container',
        cause,
      }) as Error,
    );
  });

  it('and cannot change what is announced', () => {
    const announced = Object.freeze({ host: 'r1', port: 6379 });
    const { mapAddress } = check({
      ...least,
      mapAddress: (address: { host: string; port: number }) => Object.assign(address, { port: 7 }),
    });
    expect(mapAddress(announced)).toEqual({ host: 'r1', port: 7 });
    expect(announced.port).toBe(6379);
  });
});

describe('no message shows a secret', () => {
  const secret = 'hunter2';
  it.each<[string, object]>([
    ['a URL of another kind', { sentinels: `redis://app:${secret}@s1:26379` }],
    ['a URL with a path', { sentinels: `redis+sentinel://app:${secret}@s1/a/b` }],
    ['a URL with a query', { sentinels: `redis+sentinel://s1/a?password=${secret}` }],
    ['a URL with a bad host', { sentinels: `redis+sentinel://app:${secret}@s1:x/m` }],
    ['a URL with a bad port', { sentinels: `redis+sentinel://app:${secret}@s1:0/m` }],
    ['a URL without a host', { sentinels: `redis+sentinel://app:${secret}@/m` }],
    ['a URL with a broken escape', { sentinels: `redis+sentinel://app:${secret}%zz@s1/m` }],
    ['a URL with another name', { sentinels: `redis+sentinel://app:${secret}@s1/other` }],
    ['URLs in a list', { sentinels: [`redis+sentinel://app:${secret}@s1/mymaster`] }],
    ['a URL without a host in a list', { sentinels: [`redis://:${secret}`] }],
    ['a password in the place of a server', { node: secret }],
    ['a list of passwords', { node: { password: [secret] } }],
    ['a private key that is none', { sentinel: { tls: { key: secret } } }],
    ['a passphrase', { sentinel: { tls: { key: 'x', passphrase: secret } } }],
    ['a password in the place of TLS', { sentinel: { tls: secret } }],
    ['a user alone', { sentinel: { username: secret } }],
  ])('of %s', (_, options) => {
    const message = refusalOf(() => check({ ...least, ...options }));
    expect(message).not.toBe('none');
    expect(message).not.toContain(secret);
  });
});
