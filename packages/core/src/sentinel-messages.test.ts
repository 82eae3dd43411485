import { describe, expect, it } from 'vitest';
import { ReplyError, type Reply } from './resp/reply.ts';
import { CHANNELS, parseNotice, parseReport, parseRole, reportCommands } from './sentinel-messages.ts';

const A = { host: '10.0.0.1', port: 6379 };
const B = { host: '10.0.0.2', port: 6379 };

const aMaster = 'master mymaster 10.0.0.1 6379';
const bReplica = 'slave 10.0.0.2:6379 10.0.0.2 6379 @ mymaster 10.0.0.1 6379';
const aSentinel = `sentinel ${'a'.repeat(40)} 10.0.0.9 26379 @ mymaster 10.0.0.1 6379`;

const changed = { kind: 'changed' };
const down = { kind: 'down' };
const aborted = { kind: 'aborted' };
const failover = (stage: string): object => ({ kind: 'failover', stage, candidate: B });

describe('parseNotice reads', () => {
  it.each([
    ['+switch-master', 'mymaster 10.0.0.1 6379 10.0.0.2 6379', { kind: 'switched', from: A, to: B }],
    // What only the leader of a failover says; the address is that of the future master.
    ['+selected-slave', bReplica, failover('selected')],
    ['+failover-state-send-slaveof-noone', bReplica, failover('promoting')],
    ['+failover-state-wait-promotion', bReplica, failover('waiting')],
    ['+promoted-slave', bReplica, failover('promoted')],
    ['-failover-abort-not-elected', aMaster, aborted],
    ['-failover-abort-no-good-slave', aMaster, aborted],
    ['-failover-abort-slave-timeout', aMaster, aborted],
    ['+failover-end', aMaster, changed],
    ['+failover-end-for-timeout', aMaster, changed],
    ['+slave-reconf-done', bReplica, changed],
    // Down is news of the master only.
    ['+sdown', aMaster, down],
    ['+odown', `${aMaster} #quorum 2/2`, down],
    ['-sdown', aMaster, changed],
    ['-odown', aMaster, changed],
    ['+sdown', bReplica, changed],
    ['-sdown', bReplica, changed],
    ['+sdown', aSentinel, changed],
    ['-sdown', aSentinel, changed],
    // Reasons to ask again.
    ['+slave', bReplica, changed],
    ['+convert-to-slave', bReplica, changed],
    ['+fix-slave-config', bReplica, changed],
    ['+reboot', aMaster, changed],
    ['+reboot', bReplica, changed],
    ['+sentinel', aSentinel, changed],
    ['+sentinel-address-update', `${aSentinel} 1 additional matching instances`, changed],
    [
      '+sentinel-address-switch',
      `${aMaster} ip 10.0.0.9 port 26380 for ${'a'.repeat(40)}`,
      { kind: 'changed' },
    ],
    ['+reset-master', aMaster, changed],
    ['+monitor', `${aMaster} quorum 2`, changed],
  ])('%s %s', (channel, payload, notice) => {
    expect(CHANNELS).toContain(channel);
    expect(parseNotice(channel, payload)).toEqual(['mymaster', notice]);
  });

  it.each([
    [
      'an IPv6 address',
      '+selected-slave',
      'slave [::1]:6380 ::1 6380 @ mymaster ::1 6379',
      'mymaster',
      { host: '::1', port: 6380 },
    ],
    [
      'a host name',
      '+promoted-slave',
      'slave r2.example:6379 r2.example 6379 @ cache r1.example 6379',
      'cache',
      { host: 'r2.example', port: 6379 },
    ],
    [
      "a group that is called like the payload's own words",
      '+failover-state-wait-promotion',
      'slave 10.0.0.2:6379 10.0.0.2 6379 @ master 10.0.0.1 6379',
      'master',
      B,
    ],
  ])('%s', (_, channel, payload, name, candidate) => {
    expect(parseNotice(channel, payload)).toMatchObject([name, { kind: 'failover', candidate }]);
  });

  it('+switch-master between IPv6 addresses and host names', () => {
    expect(parseNotice('+switch-master', 'm ::1 6379 r2.example 6380')).toEqual([
      'm',
      { kind: 'switched', from: { host: '::1', port: 6379 }, to: { host: 'r2.example', port: 6380 } },
    ]);
  });
});

describe('parseNotice makes nothing of', () => {
  it.each([
    // Published without an instance, whatever the documentation says.
    ['+new-epoch', '5'],
    ['+vote-for-leader', `${'a'.repeat(40)} 5`],
    ['+tilt', '#tilt mode entered'],
    ['-tilt', '#tilt mode exited'],
    // Garbage.
    ['+switch-master', ''],
    ['+switch-master', 'mymaster'],
    ['+switch-master', 'mymaster 10.0.0.1 6379 10.0.0.2'],
    ['+switch-master', 'mymaster 10.0.0.1 6379 10.0.0.2 port'],
    ['+switch-master', 'mymaster 10.0.0.1 6379 10.0.0.2 0'],
    ['+switch-master', 'mymaster 10.0.0.1 6379 10.0.0.2 65536'],
    ['+switch-master', 'mymaster 10.0.0.1 6379 10.0.0.2 6379.5'],
    ['+switch-master', 'mymaster 10.0.0.1 6379 10.0.0.2 -6379'],
    ['+switch-master', '  10.0.0.1 6379 10.0.0.2 6379'],
    ['+selected-slave', ''],
    ['+selected-slave', ' '.repeat(8)],
    ['+selected-slave', 'slave 10.0.0.2:6379 10.0.0.2 6379'],
    ['+selected-slave', 'slave 10.0.0.2:6379 10.0.0.2 6379 @'],
    ['+selected-slave', 'slave 10.0.0.2:6379 10.0.0.2 6379 # mymaster 10.0.0.1 6379'],
    ['+selected-slave', 'slave 10.0.0.2:6379 10.0.0.2 0 @ mymaster 10.0.0.1 6379'],
    ['+sdown', 'master mymaster 10.0.0.1'],
    ['+sdown', '\0\0\0'],
  ])('%s %j', (channel, payload) => {
    expect(parseNotice(channel, payload)).toBeUndefined();
  });
});

describe('CHANNELS', () => {
  it('has each name once', () => {
    expect(new Set(CHANNELS).size).toBe(CHANNELS.length);
  });

  it.each(['switch-master', 'selected-slave', '+failover-detected', '-dup-sentinel', 'no-good-slave'])(
    'has not %s, which is documented and never published',
    (name) => expect(CHANNELS).not.toContain(name),
  );
});

type Fields = Readonly<Record<string, string>>;

/** One shape of a row of fields and values, as each protocol has it. */
const shapes: { protocol: string; row: (fields: Fields) => Reply; absent: Reply }[] = [
  { protocol: 'RESP2', row: (fields) => Object.entries(fields).flat(), absent: null },
  { protocol: 'RESP3', row: (fields) => new Map(Object.entries(fields)), absent: null },
];

describe.each(shapes)('parseReport in $protocol', ({ row, absent }) => {
  const id = (letter: string): string => letter.repeat(40);
  const master = (fields: Fields = {}): Reply =>
    row({ name: 'mymaster', ip: A.host, port: '6379', flags: 'master', 'config-epoch': '7', ...fields });
  const replica = (host: string, fields: Fields = {}): Reply =>
    row({
      ...{ name: `${host}:6379`, ip: host, port: '6379', runid: id('b'), flags: 'slave' },
      ...{ 'master-link-down-time': '0', 'master-link-status': 'ok', 'slave-priority': '100' },
      ...{ 'slave-repl-offset': '1000', 'replica-announced': '1', ...fields },
    });
  const undemoted = { 'role-reported': 'master', 'role-reported-time': '12000', 'info-refresh': '9000' };
  const peer = (fields: Fields = {}): Reply =>
    row({ name: id('c'), ip: '10.0.0.9', port: '26379', runid: id('c'), flags: 'sentinel', ...fields });
  const report = (
    { address = [A.host, '6379'] as Reply, row: masterRow = master() } = {},
    replicas: Reply[] = [],
    peers: Reply[] = [],
  ): ReturnType<typeof parseReport> => parseReport([address, masterRow, replicas, peers]);

  it('reads the master, its config epoch, replicas and sentinels', () => {
    expect(report({}, [replica(B.host)], [peer()])).toEqual({
      master: A,
      configEpoch: 7,
      leading: false,
      failover: undefined,
      replicas: [{ ...B, healthy: true, masterLinkDownMs: 0, offset: 1000, lagBytes: 0, priority: 100 }],
      undemoted: [],
      peers: [{ id: id('c'), address: { host: '10.0.0.9', port: 26379 } }],
    });
  });

  it('takes the address from GET-MASTER-ADDR-BY-NAME, since SENTINEL MASTER lags on the leader', () => {
    const leader = { 'failover-state': 'reconf_slaves', flags: 'master,failover_in_progress' };
    expect(report({ address: [B.host, '6379'], row: master(leader) })).toMatchObject({
      master: B,
      configEpoch: 7,
      leading: true,
    });
  });

  it.each([
    ['IPv6', '::1'],
    ['a host name', 'r1.example'],
  ])('reads an address that is %s', (_, host) => {
    expect(report({ address: [host, '6379'] }).master).toEqual({ host, port: 6379 });
  });

  it.each([
    ['as real servers say it', absent, new ReplyError('ERR No such master with that name')],
    ['as Valkey may say it', absent, new ReplyError('ERR No such primary with that name')],
    ['as old servers may', new ReplyError('IDONTKNOW'), new ReplyError('IDONTKNOW no idea')],
  ])('knows an unknown name %s', (_, address, error) => {
    expect(parseReport([address, error, error, error])).toEqual({
      master: undefined,
      configEpoch: 0,
      leading: false,
      failover: undefined,
      replicas: [],
      undemoted: [],
      peers: [],
    });
  });

  it('throws the error reply of a refusal', () => {
    const refusal = new ReplyError("NOPERM User app has no permissions to run the 'sentinel|master' command");
    expect(() => parseReport([[A.host, '6379'], refusal, [], []])).toThrow(refusal);
  });

  it.each([
    ['none', 'none', undefined],
    ['wait_start', 'wait_start', undefined],
    ['select_slave', 'select_slave', undefined],
    ['send_slaveof_noone', 'send_slaveof_noone', 'promoting'],
    ['wait_promotion', 'wait_promotion', 'waiting'],
    ['reconf_slaves', 'reconf_slaves', 'promoted'],
    ['update_config', 'update_config', 'promoted'],
  ])('reads how far a failover is: %s', (_, state, stage) => {
    const leading = master({ flags: 'master,failover_in_progress', 'failover-state': state });
    const told = report({ row: leading }, [
      replica('10.0.0.3'),
      replica(B.host, { flags: 'slave,promoted' }),
    ]);
    expect(told.leading).toBe(true);
    expect(told.failover).toEqual(stage && { stage, candidate: B });
  });

  it('waits for the candidate before it believes in a failover', () => {
    const leading = master({ flags: 'master,failover_in_progress', 'failover-state': 'wait_promotion' });
    expect(report({ row: leading }, [replica(B.host)]).failover).toBeUndefined();
  });

  it.each([
    ['slave', 'ok', true],
    ['slave,reconf_done', 'ok', true],
    // A sentinel sets it on replicas too, and it says nothing about them.
    ['slave,master_down', 'ok', true],
    ['slave', 'err', false],
    ['s_down,slave', 'ok', false],
    ['o_down,slave', 'ok', false],
    ['slave,disconnected', 'ok', false],
    ['s_down,slave,disconnected', 'err', false],
  ])('flags %s with a link that is %s: healthy %s', (flags, link, healthy) => {
    const rows = [replica(B.host, { flags, 'master-link-status': link })];
    expect(report({}, rows).replicas[0]?.healthy).toBe(healthy);
  });

  it('splits flags on commas: `failover_in_progress` is no part of another word', () => {
    expect(report({ row: master({ flags: 'master,x_failover_in_progress' }) }).leading).toBe(false);
    expect(report({ row: master({ flags: 'master,disconnected' }) }).master).toEqual(A);
  });

  it('measures lag against the furthest replica', () => {
    const rows = [
      replica('10.0.0.2', { 'slave-repl-offset': '900' }),
      replica('10.0.0.3', { 'slave-repl-offset': '1500' }),
    ];
    expect(report({}, rows).replicas.map(({ lagBytes }) => lagBytes)).toEqual([600, 0]);
  });

  it.each([
    ['a replica without a port', { port: '' }],
    ['a replica with port 0', { port: '0' }],
    ['a replica without an address', { ip: '' }],
  ])('leaves out %s', (_, fields) => {
    expect(report({}, [replica(B.host, fields)]).replicas).toEqual([]);
  });

  it.each<[boolean, Fields]>([
    [true, { ...undemoted }],
    [true, { ...undemoted, 'role-reported-time': '5000', 'info-refresh': '8000' }],
    [false, { ...undemoted, 'role-reported-time': '4999' }],
    [false, { ...undemoted, 'info-refresh': '7999' }],
    [false, { ...undemoted, 'role-reported': 'slave' }],
    [false, { ...undemoted, 'role-reported-time': 'x' }],
    [false, {}],
    [false, { ...undemoted, ip: '' }],
  ])('a replica that it may demote: %s, %j', (is, fields) => {
    expect(report({}, [replica(A.host), replica(B.host, fields)]).undemoted).toEqual(is ? [B] : []);
  });

  it('takes fields that are missing or no numbers for zero', () => {
    const row0 = row({ ip: B.host, port: '6379' });
    expect(report({ row: row({}) }, [row0])).toMatchObject({
      configEpoch: 0,
      leading: false,
      replicas: [{ ...B, healthy: false, masterLinkDownMs: 0, offset: 0, lagBytes: 0, priority: 0 }],
    });
    expect(report({ row: master({ 'config-epoch': 'x' }) }).configEpoch).toBe(0);
  });

  it('keeps a sentinel whose id is not known yet, and leaves out one without an address', () => {
    const peers = [peer({ runid: '' }), peer({ ip: '' }), peer({ port: '99999' })];
    expect(report({}, [], peers).peers).toEqual([{ id: '', address: { host: '10.0.0.9', port: 26379 } }]);
  });

  it('reads as many rows as a deployment may have, and no more', () => {
    const told = report(
      {},
      Array.from({ length: 1000 }, (_, index) => replica(`r${index}`)),
      Array.from({ length: 1000 }, (_, index) => peer({ ip: `s${index}` })),
    );
    expect([told.replicas.length, told.peers.length]).toEqual([256, 256]);
  });

  it.each<[string, Reply]>([
    ['a text', 'OK'],
    ['a number', 5],
    ['a list of numbers', [1, 2]],
    ['a list of lists', [[A.host], ['6379']]],
    ['a map', new Map([['ip', A.host]])],
    ['an error', new ReplyError('ERR what?')],
  ])('throws where the address is %s', (_, address) => {
    expect(() => report({ address })).toThrow(/^(expected .+ in the reply, got |ERR what)/);
  });

  it.each<[string, Reply[]]>([
    ['the master is a text', [[A.host, '6379'], 'OK', [], []]],
    ['the master is null', [[A.host, '6379'], null, [], []]],
    ['a row has a field without a value', [[A.host, '6379'], ['name'], [], []]],
    ['replicas are a number', [[A.host, '6379'], master(), 1, []]],
    ['a replica is a text', [[A.host, '6379'], master(), ['x'], []]],
    ['sentinels are missing', [[A.host, '6379'], master(), []]],
  ])('throws where %s', (_, replies) => {
    expect(() => parseReport(replies)).toThrow(/^expected .+ in the reply, got /);
  });

  it('gives no address where the reply has an impossible one', () => {
    expect(report({ address: [A.host, '0'] }).master).toBeUndefined();
    expect(report({ address: [] }).master).toBeUndefined();
  });
});

it('reportCommands asks four questions about one name', () => {
  expect(reportCommands('mymaster').map((words) => words.join(' '))).toEqual([
    'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster',
    'SENTINEL MASTER mymaster',
    'SENTINEL REPLICAS mymaster',
    'SENTINEL SENTINELS mymaster',
  ]);
});

describe('parseRole', () => {
  it.each<[string, Reply]>([
    ['without replicas', ['master', 0, []]],
    ['with replicas', ['master', 3129659, [['10.0.0.2', '6379', '3129242']]]],
    ['with an offset beyond a number', ['master', 9_007_199_254_740_993n, []]],
  ])('reads a master %s', (_, reply) => {
    expect(parseRole(reply)).toEqual({ kind: 'master' });
  });

  it.each([
    ['none', false],
    ['connect', false],
    ['connecting', false],
    ['handshake', false],
    ['sync', false],
    ['connected', true],
    ['unknown', false],
  ])('reads a replica whose link is in the state %s', (state, linkUp) => {
    expect(parseRole(['slave', '10.0.0.1', 6379, state, 3167038])).toEqual({
      kind: 'replica',
      of: A,
      linkUp,
    });
  });

  it.each<[string, Reply]>([
    ['an empty host', ['slave', '', 6379, 'connect', -1]],
    ['no port', ['slave', '10.0.0.1']],
    ['port 0', ['slave', '10.0.0.1', 0, 'connect', -1]],
    ['a port that is a text', ['slave', '10.0.0.1', '6379', 'connect', -1]],
  ])('reads a replica with %s as one of nobody', (_, reply) => {
    expect(parseRole(reply)).toEqual({ kind: 'replica', of: undefined, linkUp: false });
  });

  it.each<[string, Reply]>([
    ['a sentinel', ['sentinel', ['mymaster']]],
    ['an empty list', []],
    ['a kind that does not exist', ['primary', 0, []]],
  ])('makes nothing of %s', (_, reply) => {
    expect(parseRole(reply)).toBeUndefined();
  });

  it.each<[string, Reply]>([
    ['null', null],
    ['a text', 'master'],
    ['a map', new Map([['role', 'master']])],
    ['an error', new ReplyError('LOADING Redis is loading the dataset in memory')],
  ])('throws at %s', (_, reply) => {
    expect(() => parseRole(reply)).toThrow('expected an array in the reply');
  });
});
