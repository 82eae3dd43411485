import { networkInterfaces } from 'node:os';
import { eventually, startFakeNode, startFakeSentinel, startProxy } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import { addressOf, formatAddress, type NodeAddress } from '../src/index.ts';
import {
  addressOnly,
  at,
  leaveNothingBehind,
  overdue,
  quickResolver,
  Recorder,
  startFakes,
  within,
} from './support.ts';

leaveNothingBehind();

describe('mapAddress', () => {
  /** What containers announce to each other, and what of it can be reached from here. */
  const announced = {
    master: { host: '10.0.0.1', port: 6379 },
    replica: { host: '10.0.0.2', port: 6379 },
    sentinels: [
      { host: '10.0.1.1', port: 26379 },
      { host: '10.0.1.2', port: 26379 },
    ],
  };

  it('is for dialling only: masters, replicas and sentinels keep their announced address', async () => {
    await using fakes = await startFakes({ sentinels: 2 });
    const [s1, s2] = [at(fakes.sentinels, 0), at(fakes.sentinels, 1)];
    const [a1, a2] = [at(announced.sentinels, 0), at(announced.sentinels, 1)];
    await using toMaster = await startProxy({ to: addressOnly(fakes.master) });
    await using toReplica = await startProxy({ to: addressOnly(fakes.replica) });
    await using toS1 = await startProxy({ to: addressOnly(s1) });
    await using toS2 = await startProxy({ to: addressOnly(s2) });
    const doors = new Map([
      [formatAddress(announced.master), toMaster],
      [formatAddress(announced.replica), toReplica],
      [formatAddress(a1), toS1],
      [formatAddress(a2), toS2],
    ]);
    for (const fake of fakes.sentinels) {
      fake.master = announced.master;
      fake.replicas = [announced.replica];
    }
    s1.others = [{ ...a2, id: s2.id }];
    s2.others = [{ ...a1, id: s1.id }];
    await using resolver = quickResolver({
      sentinels: [a1],
      mapAddress: (address) => addressOnly(doors.get(formatAddress(address)) ?? address),
    });
    const { told } = new Recorder(resolver);

    expect(await resolver.master(within(20_000))).toEqual(announced.master);
    expect(resolver.mapAddress(announced.master)).toEqual(addressOnly(toMaster));
    await eventually(() => expect(resolver.topology.sentinels).toMatchObject([a1, a2]));
    expect(resolver.replicas()).toMatchObject([announced.replica]);
    await eventually(() => expect([toS1, toS2].map(({ connections }) => connections)).toEqual([1, 1]));

    const socket = await resolver.connect(within(20_000));
    expect(addressOf(socket)).toEqual(announced.master);
    expect(socket.remotePort).toBe(toMaster.port);
    socket.destroy();

    for (const fake of fakes.sentinels) fake.switchMaster(announced.replica);
    fakes.replica.promote();
    await eventually(() => expect(told.at(-1)).toBe(`move ${formatAddress(announced.replica)} announcement`));
    const moved = await resolver.connect(within(20_000));
    expect(moved.remotePort).toBe(toReplica.port);
    moved.destroy();
  });

  it('is named in messages where it makes a difference', async () => {
    await using fakes = await startFakes({ sentinels: 1 });
    for (const fake of fakes.sentinels) fake.master = announced.master;
    await using resolver = quickResolver({
      sentinels: fakes.addresses,
      mapAddress: (address) => (address.host === '10.0.0.1' ? { host: '127.0.0.1', port: 1 } : address),
    });
    await eventually(() =>
      expect(resolver.master(overdue())).rejects.toThrow(
        'node 10.0.0.1:6379 (dialled at 127.0.0.1:1) cannot be reached',
      ),
    );
  });

  const broken: [string, (address: NodeAddress) => NodeAddress, string][] = [
    [
      'throws',
      () => {
        throw new Error('no such container');
      },
      'no such container',
    ],
    [
      'gives nothing',
      () => undefined as unknown as NodeAddress,
      'expected a host name or IP address, got undefined',
    ],
    ['gives a bad port', () => ({ host: 'x', port: 0 }), 'expected a port from 1 to 65535, got 0'],
  ];

  it.each(broken)(
    'that %s for a sentinel of the list costs that sentinel only',
    async (_, wrong, message) => {
      await using fakes = await startFakes();
      await using resolver = quickResolver({
        sentinels: ['10.0.0.1', ...fakes.addresses],
        mapAddress: (address) => (address.host === '10.0.0.1' ? wrong(address) : address),
      });
      const { events } = new Recorder(resolver);
      expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
      expect(events.error[0]).toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(message) as string,
      });
    },
  );

  it.each(broken)(
    'that %s for the master is an error like any other, and may be mended',
    async (_, wrong, message) => {
      await using fakes = await startFakes();
      let mapAddress = wrong;
      await using resolver = quickResolver({
        sentinels: fakes.addresses,
        mapAddress: (address) => (address.port === fakes.master.port ? mapAddress(address) : address),
      });
      await eventually(() => expect(resolver.master(overdue())).rejects.toThrow(message));
      mapAddress = (address) => address;
      expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    },
  );

  it.each(broken)('that %s for the candidate keeps nobody from what comes after', async (_, wrong) => {
    await using fakes = await startFakes({ replicas: 2 });
    const third = at(fakes.nodes, 2);
    await using resolver = quickResolver({
      sentinels: fakes.addresses,
      mapAddress: (address) => (address.port === fakes.replica.port ? wrong(address) : address),
      hold: { timeoutMs: 200 },
    });
    const { told } = new Recorder(resolver);
    await resolver.master(within(20_000));
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(told.at(-1)).toMatch(/^release /));
    fakes.announce(third);
    third.promote();
    await eventually(() => expect(told.at(-1)).toBe(`move ${formatAddress(third)} announcement`));
  });

  it.each(broken)(
    'that %s for a sentinel that is learnt costs that sentinel only',
    async (_, wrong, message) => {
      await using fakes = await startFakes();
      const unlucky = at(fakes.sentinels, 2);
      await using resolver = quickResolver({
        sentinels: fakes.addresses.slice(0, 1),
        mapAddress: (address) => (address.port === unlucky.port ? wrong(address) : address),
      });
      const { events } = new Recorder(resolver);
      expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
      await eventually(() => expect(resolver.topology.sentinels).toHaveLength(3));
      await eventually(() =>
        expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual([
          'connected',
          'connected',
          'lost',
        ]),
      );
      expect(events.error.map((error) => error.message).join()).toContain(message);
    },
  );

  it.each(broken)('that %s is what connect() says, too', async (_, wrong, message) => {
    await using fakes = await startFakes();
    let mapAddress = (address: NodeAddress): NodeAddress => address;
    await using resolver = quickResolver({
      sentinels: fakes.addresses,
      mapAddress: (address) => (address.port === fakes.master.port ? mapAddress(address) : address),
    });
    await resolver.master(within(20_000));
    mapAddress = wrong;
    await eventually(() => expect(resolver.connect(within(300))).rejects.toThrow(message));
  });
});

const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

describe.runIf(hasIPv6)('IPv6', () => {
  it('is as good as any other address, for sentinels and nodes', async () => {
    await using master = await startFakeNode({ host: '::1' });
    await using replica = await startFakeNode({ host: '::1', role: 'replica', master });
    await using sentinel = await startFakeSentinel({
      host: '::1',
      master: addressOnly(master),
      replicas: [addressOnly(replica)],
    });
    await using resolver = quickResolver({ sentinels: [`[::1]:${sentinel.port}`] });
    const { told } = new Recorder(resolver);
    expect(await resolver.master(within(20_000))).toEqual({ host: '::1', port: master.port });
    const socket = await resolver.connect(within(20_000));
    expect(socket.remoteAddress).toBe('::1');
    socket.destroy();
    sentinel.switchMaster(addressOnly(replica));
    replica.promote();
    await eventually(() => expect(told.at(-1)).toBe(`move [::1]:${replica.port} announcement`));
  });

  it('is one address, however it is spelt', async () => {
    await using master = await startFakeNode({ host: '::1' });
    await using one = await startFakeSentinel({ host: '::1', master: addressOnly(master) });
    await using other = await startFakeSentinel({
      host: '::1',
      master: { host: '0:0:0:0:0:0:0:1', port: master.port },
    });
    one.others = [{ host: '0::0:1', port: other.port, id: other.id }];
    await using resolver = quickResolver({ sentinels: [`[::1]:${one.port}`, `[0:0::1]:${other.port}`] });
    const { told } = new Recorder(resolver);
    await resolver.master(within(20_000));
    await eventually(() =>
      expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(['connected', 'connected']),
    );
    const asked = other.received.length;
    await eventually(() => expect(other.received.length).toBeGreaterThan(asked + 4));
    expect(resolver.topology.sentinels).toHaveLength(2);
    expect(told).toEqual([]);
    expect(resolver.topology.phase).toBe('following');
  });
});

it('host names are looked up anew at each dial', async () => {
  await using fakes = await startFakes({ host: '127.0.0.1', sentinels: 1 });
  for (const fake of fakes.sentinels) fake.master = { host: 'localhost', port: fakes.master.port };
  await using resolver = quickResolver({ sentinels: fakes.addresses.map(({ port }) => `localhost:${port}`) });
  expect(await resolver.master(within(20_000))).toEqual({ host: 'localhost', port: fakes.master.port });
  const only = at(fakes.sentinels, 0);
  only.dropConnections();
  await eventually(() => expect(only.accepted).toBeGreaterThan(1));
  expect(resolver.topology.master).toEqual({ host: 'localhost', port: fakes.master.port });
});
