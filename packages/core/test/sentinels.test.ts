import { eventually, startFakeSentinel, type FakeSentinel } from '@switchmaster/testing';
import { describe, expect, it, vi } from 'vitest';
import {
  createResolver,
  createSentinelSet,
  formatAddress,
  type Resolver,
  type SentinelSet,
} from '../src/index.ts';
import {
  addressOnly,
  at,
  type Fakes,
  hasty,
  leaveNothingBehind,
  loopback,
  quick,
  quickResolver,
  Recorder,
  startFakes,
  within,
} from './support.ts';

leaveNothingBehind();

const connections = (fakes: readonly FakeSentinel[]): number[] => fakes.map((fake) => fake.connections);
const states = ({ topology }: Resolver): string[] =>
  topology.sentinels.map(({ host, port, origin, state }) => `${host}:${port} ${origin} ${state}`);

/** Makes sentinels know each other, and nobody else. */
function introduce(fakes: readonly FakeSentinel[]): void {
  for (const fake of fakes) {
    fake.others = fakes.filter((one) => one !== fake).map(({ host, port, id }) => ({ host, port, id }));
  }
}

/** How often it was asked for its colleagues. */
const rounds = (received: FakeSentinel['received']): number =>
  received.filter(({ text }) => text.startsWith('SENTINEL SENTINELS')).length;

async function stop(fake: FakeSentinel): Promise<void> {
  await fake.refuse();
  fake.dropConnections();
}

const forSet = {
  pingIntervalMs: quick.pingIntervalMs,
  refreshIntervalMs: quick.refreshIntervalMs,
  backoff: quick.backoff,
};
const forShared = { roleIntervalMs: quick.roleIntervalMs, discoveryTimeoutMs: quick.discoveryTimeoutMs };

const quickResolverOf = (name: string, sentinels: SentinelSet): Resolver =>
  createResolver({ ...forShared, name, sentinels });

describe('a set that is shared', () => {
  const names = ['one', 'two', 'three', 'four', 'five'];

  it('has one connection per sentinel, for whatever number of resolvers', async () => {
    await using fakes = await startFakes();
    const masters = names.map((_, index) => at([fakes.master, fakes.replica], index % 2));
    fakes.replica.role = 'master';
    for (const fake of fakes.sentinels) {
      for (const [index, name] of names.entries()) {
        fake.monitor(name, { master: addressOnly(at(masters, index)), others: fake.others, configEpoch: 1 });
      }
    }
    await using sentinels = createSentinelSet({ ...forSet, sentinels: fakes.addresses });
    const resolvers = names.map((name) => quickResolverOf(name, sentinels));
    const found = await Promise.all(resolvers.map((resolver) => resolver.master(within(20_000))));
    expect(found).toEqual(masters.map(addressOnly));
    await eventually(() => expect(connections(fakes.sentinels)).toEqual([1, 1, 1]));
    expect(fakes.sentinels.map(({ accepted }) => accepted)).toEqual([1, 1, 1]);
    await Promise.all(resolvers.map((resolver) => resolver.close()));
  });

  it("tells each resolver of its own master's failover only", async () => {
    await using fakes = await startFakes();
    for (const fake of fakes.sentinels) {
      fake.monitor('other', { master: addressOnly(fakes.master), others: fake.others, configEpoch: 1 });
    }
    await using sentinels = createSentinelSet({ ...forSet, sentinels: fakes.addresses });
    await using mine = quickResolverOf('mymaster', sentinels);
    await using other = quickResolverOf('other', sentinels);
    const [a, b] = [new Recorder(mine), new Recorder(other)];
    await Promise.all([mine.master(within(20_000)), other.master(within(20_000))]);
    for (const fake of fakes.sentinels) fake.switchMaster(addressOnly(fakes.replica), 'other');
    fakes.replica.promote();
    await eventually(() => expect(b.events.switch).toHaveLength(2));
    expect(a.told).toEqual([]);
    expect(a.events.switch).toHaveLength(1);
    expect(mine.topology).toMatchObject({ phase: 'following', master: addressOnly(fakes.master) });
  });

  it('stays open when a resolver is closed', async () => {
    await using fakes = await startFakes();
    await using sentinels = createSentinelSet({ ...forSet, sentinels: fakes.addresses });
    const first = quickResolverOf('mymaster', sentinels);
    await first.master(within(20_000));
    await first.close();
    await using second = quickResolverOf('mymaster', sentinels);
    await second.master(within(20_000));
    await eventually(() => expect(fakes.sentinels.map(({ accepted }) => accepted)).toEqual([1, 1, 1]));
  });

  it('leaves resolvers what they know when it is closed itself, and takes no new ones', async () => {
    await using fakes = await startFakes();
    const sentinels = createSentinelSet({ ...forSet, sentinels: fakes.addresses });
    await using resolver = quickResolverOf('mymaster', sentinels);
    await resolver.master(within(20_000));
    await sentinels.close();
    await sentinels.close();
    await eventually(() => expect(connections(fakes.sentinels)).toEqual([0, 0, 0]));
    expect(sentinels.sentinels).toEqual([]);
    expect(await resolver.master()).toEqual(addressOnly(fakes.master));
    (await resolver.connect(within(20_000))).destroy();
    expect(() => quickResolverOf('mymaster', sentinels)).toThrow(
      expect.objectContaining({
        code: 'CLOSED',
        message: 'the sentinel set given in `sentinels` was closed',
      }) as Error,
    );
  });

  it('tells of its sentinels itself', async () => {
    await using fakes = await startFakes({ sentinels: 2 });
    await using sentinels = createSentinelSet({ ...forSet, sentinels: fakes.addresses.slice(0, 1) });
    const heard: string[] = [];
    const undo = sentinels.on('sentinel', ({ address, state }) => heard.push(`${address.port} ${state}`));
    await using resolver = quickResolverOf('mymaster', sentinels);
    await resolver.master(within(20_000));
    const [first, second] = fakes.addresses.map(({ port }) => port);
    await eventually(() =>
      expect(heard).toEqual([`${first} connected`, `${second} learnt`, `${second} connected`]),
    );
    expect(sentinels.sentinels).toEqual([
      { host: loopback, port: first, origin: 'configured', state: 'connected' },
      { host: loopback, port: second, origin: 'learnt', state: 'connected' },
    ]);
    undo();
    await stop(at(fakes.sentinels, 1));
    await eventually(() => expect(at(sentinels.sentinels, 1).state).toBe('lost'));
    expect(heard).toHaveLength(3);
  });
});

describe('sentinels are learnt', () => {
  it('as soon as one says that there is a new one', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses, refreshIntervalMs: 60_000 });
    await resolver.master(within(20_000));
    await using fourth = await startFakeSentinel({
      host: loopback,
      master: addressOnly(fakes.master),
      configEpoch: 1,
    });
    introduce([...fakes.sentinels, fourth]);
    at(fakes.sentinels, 0).publish(
      '+sentinel',
      `sentinel ${fourth.id} ${fourth.host} ${fourth.port} @ mymaster ${fakes.master.host} ${fakes.master.port}`,
    );
    await eventually(() => expect(states(resolver)).toContain(`${loopback}:${fourth.port} learnt connected`));
  });

  it('by asking, where that was missed', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    await resolver.master(within(20_000));
    await using fourth = await startFakeSentinel({
      host: loopback,
      master: addressOnly(fakes.master),
      configEpoch: 1,
    });
    introduce([...fakes.sentinels, fourth]);
    await eventually(() => expect(states(resolver)).toContain(`${loopback}:${fourth.port} learnt connected`));
  });

  it('and replaced, one by one, until none of the configured ones is left; then there is a failover', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    const { told, events } = new Recorder(resolver);
    await resolver.master(within(20_000));
    let current: FakeSentinel[] = [...fakes.sentinels];
    const fresh: FakeSentinel[] = [];
    for (const old of fakes.sentinels) {
      const next = await startFakeSentinel({
        host: loopback,
        master: addressOnly(fakes.master),
        configEpoch: 1,
      });
      fresh.push(next);
      current = [...current.filter((one) => one !== old), next];
      introduce(current);
      await eventually(() => expect(states(resolver)).toContain(`${loopback}:${next.port} learnt connected`));
      // All of them have said so: who asks once more has read what was said before.
      const asked = current.map(({ received }) => received.length);
      await eventually(() =>
        expect(current.every(({ received }, index) => rounds(received.slice(at(asked, index))) > 1)).toBe(
          true,
        ),
      );
      await stop(old);
    }
    await eventually(() =>
      expect(states(resolver).sort()).toEqual(
        [
          ...fakes.addresses.map(({ port }) => `${loopback}:${port} configured lost`),
          ...fresh.map(({ port }) => `${loopback}:${port} learnt connected`),
        ].sort(),
      ),
    );
    fakes.promote(at(fresh, 0), fakes.replica);
    await eventually(() =>
      expect(told).toEqual(['hold failover', `move ${formatAddress(fakes.replica)} promotion`]),
    );
    fakes.announce(fakes.replica, fresh);
    await eventually(() => expect(resolver.topology).toMatchObject({ phase: 'following', configEpoch: 2 }));
    expect(events.minority).toEqual([]);
    await Promise.all(fresh.map((one) => one.close()));
  });

  it('and forgotten, when they are gone and nobody names them any more', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses.slice(0, 1) });
    const { events } = new Recorder(resolver);
    await resolver.master(within(20_000));
    await eventually(() => expect(connections(fakes.sentinels)).toEqual([1, 1, 1]));
    const gone = at(fakes.sentinels, 2);
    introduce(fakes.sentinels.slice(0, 2));
    await stop(gone);
    await eventually(() => expect(states(resolver)).toContain(`${loopback}:${gone.port} learnt lost`));
    // A minute later.
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
    try {
      await eventually(() => expect(resolver.topology.sentinels).toHaveLength(2));
    } finally {
      vi.restoreAllMocks();
    }
    expect(events.sentinel.at(-1)).toMatchObject({ address: addressOnly(gone), state: 'forgotten' });
  });

  it('and configured ones are never forgotten', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    await resolver.master(within(20_000));
    const gone = at(fakes.sentinels, 2);
    introduce(fakes.sentinels.slice(0, 2));
    await stop(gone);
    await eventually(() => expect(states(resolver)).toContain(`${loopback}:${gone.port} configured lost`));
    await gone.accept();
    await eventually(() =>
      expect(states(resolver)).toContain(`${loopback}:${gone.port} configured connected`),
    );
  });
});

describe('one sentinel under two names', () => {
  const twins = (fakes: Fakes): string[] => fakes.addresses.map(({ port }) => `localhost:${port}`);

  it('keeps one connection, where both are configured', async () => {
    await using fakes = await startFakes({ host: '127.0.0.1', sentinels: 1 });
    await using resolver = quickResolver({ sentinels: [...twins(fakes), ...fakes.addresses] });
    await resolver.master(within(20_000));
    await eventually(() => expect(resolver.topology.sentinels).toHaveLength(1));
    await eventually(() => expect(connections(fakes.sentinels)).toEqual([1]));
  });

  it('keeps the configured one, where the other is learnt', async () => {
    await using fakes = await startFakes({ host: '127.0.0.1' });
    await using resolver = quickResolver({ sentinels: twins(fakes) });
    await resolver.master(within(20_000));
    await eventually(() =>
      expect(states(resolver)).toEqual(twins(fakes).map((address) => `${address} configured connected`)),
    );
    await eventually(() => expect(connections(fakes.sentinels)).toEqual([1, 1, 1]));
    // It stays so, whatever the sentinels call each other.
    const asked = fakes.sentinels.map(({ received }) => received.length);
    await eventually(() =>
      expect(fakes.sentinels.every(({ received }, index) => received.length > at(asked, index) + 4)).toBe(
        true,
      ),
    );
    expect(connections(fakes.sentinels)).toEqual([1, 1, 1]);
  });

  it('tries both when it is lost, and keeps one when it is back', async () => {
    await using fakes = await startFakes({ host: '127.0.0.1', sentinels: 1 });
    await using resolver = quickResolver({ sentinels: [...twins(fakes), ...fakes.addresses] });
    await resolver.master(within(20_000));
    await eventually(() => expect(resolver.topology.sentinels).toHaveLength(1));
    const only = at(fakes.sentinels, 0);
    await stop(only);
    await eventually(() =>
      expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(['lost', 'lost']),
    );
    await only.accept();
    await eventually(() => expect(states(resolver)).toHaveLength(1));
    await eventually(() => expect(connections(fakes.sentinels)).toEqual([1]));
  });
});

describe('a sentinel that is lost', () => {
  it('is told of, dialled again, and asked for what was missed', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses, refreshIntervalMs: 60_000 });
    const { told, events } = new Recorder(resolver);
    await resolver.master(within(20_000));
    await eventually(() => expect(events.sentinel).toHaveLength(3));
    await Promise.all(fakes.sentinels.map((fake) => stop(fake)));
    await eventually(() =>
      expect(events.sentinel.slice(3).map(({ state }) => state)).toEqual(['lost', 'lost', 'lost']),
    );
    expect(at(events.error, 0)).toMatchObject({ code: 'SENTINELS_UNREACHABLE' });
    // Nobody hears of it.
    fakes.announce(fakes.replica);
    fakes.replica.promote();
    expect(told).toEqual([]);
    await Promise.all(fakes.sentinels.map((fake) => fake.accept()));
    await eventually(() => expect(told.at(-1)).toBe(`move ${formatAddress(fakes.replica)} announcement`));
    expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual([
      'connected',
      'connected',
      'connected',
    ]);
  });

  it('is noticed where it hangs', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses, refreshIntervalMs: 60_000, ...hasty });
    const { events } = new Recorder(resolver);
    await resolver.master(within(20_000));
    const hung = at(fakes.sentinels, 1);
    hung.hang();
    await eventually(() => expect(events.sentinel.filter(({ state }) => state === 'lost')).toHaveLength(1));
    expect(events.sentinel.find(({ state }) => state === 'lost')).toMatchObject({
      address: addressOnly(hung),
      error: {
        code: 'TIMED_OUT',
        message: `sentinel ${loopback}:${hung.port} did not answer PING within 500 ms`,
      },
    });
    hung.resume();
    await eventually(() =>
      expect(states(resolver)).toContain(`${loopback}:${hung.port} configured connected`),
    );
  });

  it('on RESP2 is lost with either of its two connections', async () => {
    await using fakes = await startFakes({ sentinels: 1, sentinel: { protocol: 2 } });
    await using resolver = quickResolver({ sentinels: fakes.addresses, ...hasty });
    const { events } = new Recorder(resolver);
    await resolver.master(within(20_000));
    const only = at(fakes.sentinels, 0);
    only.hang('ping');
    await eventually(() => expect(events.sentinel.map(({ state }) => state)).toContain('lost'));
    only.resume();
    await eventually(() => expect(events.sentinel.at(-1)?.state).toBe('connected'));
    await eventually(() => expect(connections(fakes.sentinels)).toEqual([2]));
  });

  it('moves nobody back with the old news that it returns with', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    const { told } = new Recorder(resolver);
    await resolver.master(within(20_000));
    const away = at(fakes.sentinels, 2);
    await stop(away);
    fakes.announce(fakes.replica, fakes.sentinels.slice(0, 2));
    fakes.replica.promote();
    await eventually(() => expect(resolver.topology.configEpoch).toBe(2));
    const after = [...told];
    await away.accept();
    await eventually(() =>
      expect(resolver.topology.sentinels[2]).toMatchObject({ master: addressOnly(fakes.master) }),
    );
    // The old master still says that it is one, too.
    const asked = fakes.master.received.length;
    await eventually(() => expect(fakes.master.received.length).toBeGreaterThan(asked));
    expect(told).toEqual(after);
    expect(resolver.topology).toMatchObject({ phase: 'following', master: addressOnly(fakes.replica) });
  });
});

describe('where all sentinels are dead', () => {
  it('traffic goes on, and a master that restarts is the master once it says so', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses, ...hasty });
    const { told, events } = new Recorder(resolver);
    await resolver.master(within(20_000));
    await Promise.all(fakes.sentinels.map((fake) => stop(fake)));
    await eventually(() => expect(resolver.topology.minority).toBe(true));
    expect(events.minority).toMatchObject([{ minority: true, reachable: 0, known: 3 }]);
    expect(await resolver.master()).toEqual(addressOnly(fakes.master));
    (await resolver.connect()).destroy();

    await fakes.master.refuse();
    fakes.master.dropConnections();
    await eventually(() => expect(resolver.topology.verified).toBe(false));
    const waiting = resolver.connect(within(20_000));
    await expect(resolver.master(within(100))).rejects.toMatchObject({ code: 'SENTINELS_UNREACHABLE' });
    await fakes.master.accept();
    const asked = fakes.master.received.length;
    const socket = await waiting;
    expect(fakes.master.received.slice(asked).map(({ text }) => text)).toContain('ROLE');
    expect(socket.remotePort).toBe(fakes.master.port);
    socket.destroy();
    expect(told).toEqual([]);
  });

  it('a master that comes back as a replica is not given to anybody', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses, ...hasty });
    await resolver.master(within(20_000));
    await Promise.all(fakes.sentinels.map((fake) => stop(fake)));
    await fakes.master.refuse();
    fakes.master.dropConnections();
    await eventually(() => expect(resolver.topology.verified).toBe(false));
    fakes.master.role = 'replica';
    fakes.master.master = addressOnly(fakes.replica);
    await fakes.master.accept();
    await expect(resolver.master(within(300))).rejects.toMatchObject({ name: 'SwitchmasterError' });
    // It says itself whose replica it is, and that node says that it is a master.
    fakes.replica.promote();
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.replica));
  });
});
