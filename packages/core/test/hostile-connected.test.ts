import { eventually, type FakeSentinel } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import { formatAddress, type Resolver, type ResolverOptions } from '../src/index.ts';
import {
  addressOnly,
  at,
  leaveNothingBehind,
  quickResolver,
  Recorder,
  startFakes,
  within,
  type Fakes,
} from './support.ts';

leaveNothingBehind();

/*
 * Sentinels that let us in, answer well, and then do harm. Each has two good colleagues.
 */

const row = (fields: Readonly<Record<string, string>>): string => {
  const words = Object.entries(fields).flat();
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
};
const rows = (count: number, fields: (index: number) => Readonly<Record<string, string>>): string =>
  `*${count}\r\n${Array.from({ length: count }, (_, index) => row(fields(index))).join('')}`;
const healthy = { flags: 'slave', 'master-link-status': 'ok' };

interface Started {
  readonly fakes: Fakes;
  readonly bad: FakeSentinel;
  readonly resolver: Resolver;
  readonly recorder: Recorder;
}

async function withConnected(
  test: (started: Started) => Promise<void>,
  options: Partial<ResolverOptions> = {},
): Promise<void> {
  await using fakes = await startFakes();
  // What is lost stays lost, so that there is one error of each.
  await using resolver = quickResolver({
    ...{ sentinels: fakes.addresses, backoff: { initialMs: 60_000 } },
    // What is poured out takes its time on a busy machine.
    ...{ commandTimeoutMs: 10_000, ...options },
  });
  const recorder = new Recorder(resolver);
  await resolver.master(within(20_000));
  await eventually(() =>
    expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
  );
  await test({ fakes, bad: at(fakes.sentinels, 0), resolver, recorder });
  // The others carry on: the master is followed where they say.
  expect(resolver.topology).toMatchObject({ phase: 'following', master: addressOnly(fakes.master) });
  fakes.announce(fakes.replica, fakes.sentinels.slice(1));
  fakes.replica.promote();
  await eventually(() => expect(resolver.topology.master).toEqual(addressOnly(fakes.replica)));
}

describe('a sentinel that is connected and', () => {
  const harms: [does: string, harm: (bad: FakeSentinel) => void, code: string, says: string][] = [
    [
      'floods us with events of our master',
      (bad) => {
        for (let count = 0; count < 20_000; count += 1)
          bad.publish('+reboot', 'master mymaster 10.0.0.1 6379');
      },
      'PROTOCOL_ERROR',
      'sent more than 500 events about `mymaster` within a second',
    ],
    [
      'floods us with events for nobody',
      (bad) => {
        for (let count = 0; count < 20_000; count += 1)
          bad.publish('+sdown', `master m${count} 10.0.0.1 6379`);
      },
      'PROTOCOL_ERROR',
      'more than 5000 pushes came within a second',
    ],
    [
      'answers more than it was asked',
      (bad) => bad.reply('ping', '+PONG\r\n+PONG\r\n'),
      'PROTOCOL_ERROR',
      'a reply came that nobody asked for',
    ],
    [
      'begins an answer and never ends it',
      (bad) => bad.reply('sentinel replicas', '*3\r\n$100000\r\nna'),
      'TIMED_OUT',
      'did not answer SENTINEL GET-MASTER-ADDR-BY-NAME, SENTINEL MASTER, SENTINEL REPLICAS, SENTINEL SENTINELS within',
    ],
    [
      'names a million replicas',
      (bad) => bad.reply('sentinel replicas', '*1000000\r\n'),
      'PROTOCOL_ERROR',
      'a reply has more than 65536 elements',
    ],
    [
      'names a million sentinels, in a million maps',
      (bad) => bad.reply('sentinel sentinels', `*60000\r\n${'%1\r\n+ip\r\n+10.0.0.1\r\n'.repeat(60_000)}`),
      'PROTOCOL_ERROR',
      'a reply has more than 65536 elements',
    ],
    [
      'has a name of a megabyte and more',
      (bad) => bad.reply('sentinel master', `*2\r\n$4\r\nname\r\n$${2 ** 20 + 1}\r\n`),
      'PROTOCOL_ERROR',
      'a bulk string of more than 1048576 bytes is announced',
    ],
    [
      'stuffs an answer with what nobody needs',
      (bad) => bad.reply('sentinel master', `*100\r\n${`$100000\r\n${'x'.repeat(100_000)}\r\n`.repeat(100)}`),
      'PROTOCOL_ERROR',
      'a reply is longer than 4194304 bytes',
    ],
  ];

  it.each(harms)('%s is given up with one clear error', (_, harm, code, says) =>
    withConnected(
      async ({ bad, resolver, recorder: { events } }) => {
        harm(bad);
        await eventually(() => expect(events.error).toHaveLength(1), { timeoutMs: 20_000 });
        expect(events.error).toMatchObject([
          { name: 'SwitchmasterError', code, message: expect.stringContaining(says) as string },
        ]);
        expect(events.error[0]?.message).toMatch(new RegExp(`^sentinel ${formatAddress(bad)} `));
        expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual([
          'lost',
          'connected',
          'connected',
        ]);
        await eventually(() => expect(bad.connections).toBe(0));
      },
      code === 'TIMED_OUT' ? { commandTimeoutMs: 500 } : {},
    ),
  );

  const fill = 'x'.repeat(60_000);
  it.each<[does: string, host: string]>([
    ['of sixty thousand letters', fill],
    ['with an end of line', 'r1\r\nand more'],
    ['that a terminal would obey', '\u001b[2J'],
    ['that is a URL', 'redis://app:secret@r1'],
    ['that is empty', ''],
  ])('names hosts %s: they are no addresses', (_, host) =>
    withConnected(async ({ bad, fakes, resolver, recorder: { events } }) => {
      const named = { name: host, ip: host, port: '1', runid: host, ...healthy };
      const asked = bad.received.length;
      bad.reply(
        'sentinel sentinels',
        rows(1, () => named),
      );
      bad.reply(
        'sentinel replicas',
        rows(2, (index) => (index === 0 ? named : { ...named, ip: '10.0.0.9' })),
      );
      bad.publish('+switch-master', `mymaster 10.0.0.1 1 ${host} 1`);
      await eventually(() => expect(bad.received.length).toBeGreaterThan(asked + 12));
      const all = JSON.stringify([resolver.topology, events]);
      expect(all.length).toBeLessThan(20_000);
      expect(resolver.topology.sentinels).toHaveLength(3);
      expect(resolver.topology.sentinels.map(({ host: one }) => one)).not.toContain(host);
      expect(resolver.replicas().map(({ host: one }) => one)).not.toContain(host);
      expect(resolver.topology.master).toEqual(addressOnly(fakes.master));
      bad.reply('sentinel sentinels', undefined);
      bad.reply('sentinel replicas', undefined);
    }),
  );

  it('names a thousand replicas and sentinels is believed as far as a deployment is thinkable', () =>
    withConnected(async ({ bad, resolver }) => {
      const many = (index: number): Readonly<Record<string, string>> => ({
        ...{ ip: `127.9.${index >> 8}.${index & 255}`, port: '1', runid: `${index}`.padStart(40, '0') },
        ...healthy,
      });
      const raw = rows(1000, many);
      bad.reply('sentinel sentinels', raw);
      bad.reply('sentinel replicas', raw);
      await eventually(() => expect(resolver.topology.sentinels.length).toBeGreaterThan(3));
      expect(resolver.topology.sentinels.length).toBeLessThanOrEqual(64);
      expect(resolver.topology.replicas.length).toBeLessThanOrEqual(256);
      bad.reply('sentinel sentinels', undefined);
      bad.reply('sentinel replicas', undefined);
    }));

  it('names itself as the master is not believed', async () => {
    await using fakes = await startFakes();
    const bad = at(fakes.sentinels, 0);
    bad.master = addressOnly(bad);
    bad.configEpoch = 1_000_000;
    bad.reply('role', '*2\r\n$8\r\nsentinel\r\n*0\r\n');
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    await using alone = quickResolver({ sentinels: [addressOnly(bad)] });
    bad.others = [];
    await expect(alone.master(within(500))).rejects.toMatchObject({
      code: 'ROLE_MISMATCH',
      message: expect.stringContaining('is a sentinel, not a Redis node') as string,
    });
  });

  it('names itself as its colleague, at many addresses, is one, and is asked once', async () => {
    await using fakes = await startFakes({ host: '127.0.0.1', sentinels: 1 });
    const bad = at(fakes.sentinels, 0);
    bad.others = [
      addressOnly(bad),
      { host: 'localhost', port: bad.port },
      { ...addressOnly(bad), id: bad.id },
    ];
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    await resolver.master(within(20_000));
    await eventually(() => expect(bad.accepted).toBeGreaterThan(1));
    await eventually(() =>
      expect(resolver.topology.sentinels).toMatchObject([{ ...addressOnly(bad), state: 'connected' }]),
    );
    await eventually(() => expect(bad.connections).toBe(1));
  });
});

it('a sentinel that lets us in only to drop us is dialled ever more slowly', async () => {
  await using fakes = await startFakes({ sentinels: 1 });
  const only = at(fakes.sentinels, 0);
  await using resolver = quickResolver({
    sentinels: fakes.addresses,
    backoff: { initialMs: 10, maxMs: 60_000 },
  });
  const { events } = new Recorder(resolver);
  const undo = resolver.on('sentinel', ({ state }) => {
    if (state === 'connected') only.dropConnections();
  });
  await eventually(() => expect(events.sentinel.length).toBeGreaterThan(12));
  undo();
  const times = events.sentinel.map(({ at: time }) => time);
  const pauses = events.sentinel.flatMap(({ state }, index) =>
    state === 'connected' && index > 0 ? [at(times, index) - at(times, index - 1)] : [],
  );
  // Half of each is chance, and timers are never early by more than a millisecond.
  const least = pauses.map((_, index) => 5 * 2 ** index - 1);
  expect(pauses.every((pause, index) => pause >= at(least, index))).toBe(true);
  expect(pauses.length).toBeGreaterThan(5);
});
