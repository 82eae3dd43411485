import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { eventually, type FakeNode, type FakeSentinel, whileAwake } from '@switchmaster/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  addressOf,
  createResolver,
  formatAddress,
  type Follower,
  type Resolver,
  type ResolverOptions,
} from '../src/index.ts';
import {
  addressOnly,
  at,
  type Fakes,
  hasty,
  leaveNothingBehind,
  promotedPriority,
  quickResolver,
  Recorder,
  startFakes,
  within,
} from './support.ts';

leaveNothingBehind();

interface Scene extends Fakes {
  readonly resolver: Resolver;
  readonly told: string[];
  readonly events: Recorder['events'];
}

/** Fakes, and a resolver that knows their master. */
async function settle(
  options: Partial<ResolverOptions> = {},
  fakesOptions: Parameters<typeof startFakes>[0] = {},
): Promise<Scene> {
  const fakes = await startFakes(fakesOptions);
  const resolver = quickResolver({ sentinels: fakes.addresses, ...options });
  const { told, events } = new Recorder(resolver);
  await resolver.master(within(20_000));
  await eventually(() => expect(resolver.topology.sentinels.every(({ master }) => master)).toBe(true));
  return {
    ...fakes,
    resolver,
    told,
    events,
    async [Symbol.asyncDispose]() {
      await resolver.close();
      await fakes[Symbol.asyncDispose]();
    },
  };
}

describe('a planned failover', () => {
  it('is hold, then move as soon as the candidate says `master`', async () => {
    await using scene = await settle();
    const { resolver, told, events, master, replica } = scene;
    const leader = at(scene.sentinels, 0);
    scene.select(leader, replica);
    await eventually(() => expect(told).toEqual(['hold failover']));
    expect(resolver.topology).toMatchObject({ phase: 'holding', candidate: addressOnly(replica) });
    scene.promote(leader, replica);
    await eventually(() =>
      expect(told).toEqual(['hold failover', `move ${formatAddress(replica)} promotion`]),
    );
    expect(resolver.topology).toMatchObject({
      phase: 'provisional',
      master: addressOnly(replica),
      verified: true,
    });
    scene.announce(replica);
    await eventually(() => expect(resolver.topology).toMatchObject({ phase: 'following', configEpoch: 2 }));
    expect(told).toHaveLength(2);
    const name = 'mymaster';
    const [from, to] = [addressOnly(master), addressOnly(replica)];
    expect(events.hold).toMatchObject([{ name, reason: 'failover', master: from, candidate: to }]);
    expect(events.switch.slice(1)).toMatchObject([{ name, reason: 'promotion', from, to }]);
    expect(events.release).toEqual([]);
  });

  it('has its phases in the event', async () => {
    await using scene = await settle();
    const { told, events, replica } = scene;
    scene.select(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toHaveLength(1));
    scene.promote(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toHaveLength(2));
    const { phases, at: now } = at(events.switch, -1);
    const { selectedAt = 0, heldAt = 0, promotedAt = 0, movedAt = 0 } = phases;
    const order = [selectedAt, heldAt, promotedAt, movedAt];
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(selectedAt).toBeGreaterThan(Date.now() - 60_000);
    expect(movedAt).toBe(now);
    expect(phases.announcedAt).toBeUndefined();
    expect(Object.isFrozen(at(events.switch, -1))).toBe(true);
  });

  it('makes master() and connect() wait until it is over', async () => {
    await using scene = await settle();
    const { resolver, told, replica } = scene;
    scene.select(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toHaveLength(1));
    await expect(resolver.master(within(20))).rejects.toThrow('traffic is held (failover)');
    const waiting = Promise.all([resolver.master(within(20_000)), resolver.connect(within(20_000))]);
    scene.promote(at(scene.sentinels, 0), replica);
    const [address, socket] = await waiting;
    expect(address).toEqual(addressOnly(replica));
    expect(addressOf(socket)).toEqual(addressOnly(replica));
    expect(socket.remotePort).toBe(replica.port);
    socket.destroy();
  });

  it('back to a master that not every sentinel knows to be demoted moves when it is announced', async () => {
    await using scene = await settle();
    const { told, replica, sentinels } = scene;
    for (const fake of sentinels.slice(1)) {
      const group = fake.group('mymaster');
      const fields = { 'role-reported': 'master', 'role-reported-time': 9000, 'info-refresh': 9000 };
      group.replicas = group.replicas.map((one) => ({ ...one, fields }));
    }
    const asked = (server: FakeSentinel | FakeNode, what: string): number =>
      server.received.filter(({ text }) => text === what).length;
    const answers = sentinels.map((one) => asked(one, 'SENTINEL MASTER mymaster'));
    scene.select(at(sentinels, 0), replica);
    await eventually(() => expect(told).toEqual(['hold failover']));
    // Who is asked twice more has been heard once: a real promotion takes 100 ms from here, a fake one none.
    await eventually(() => {
      const since = sentinels.map((one, n) => asked(one, 'SENTINEL MASTER mymaster') - at(answers, n));
      expect(Math.min(...since)).toBeGreaterThan(1);
    });
    scene.promote(at(sentinels, 0), replica);
    const before = asked(replica, 'ROLE');
    await eventually(() => expect(asked(replica, 'ROLE')).toBeGreaterThan(before + 3));
    expect(told).toEqual(['hold failover']);
    scene.announce(replica);
    await eventually(() =>
      expect(told).toEqual(['hold failover', `move ${formatAddress(replica)} announcement`]),
    );
  });

  it('that is called off is released on the spot', async () => {
    await using scene = await settle();
    const { resolver, told, events, master, replica } = scene;
    scene.select(at(scene.sentinels, 0), replica);
    await eventually(() => expect(resolver.topology.replicas[0]?.priority).toBe(promotedPriority));
    scene.abort(at(scene.sentinels, 0));
    await eventually(() => expect(told).toEqual(['hold failover', 'release aborted']));
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(master));
    expect(events.release[0]?.heldMs).toBeGreaterThan(0);
  });

  it('that comes to nothing is released at the deadline', async () => {
    await using scene = await settle({ hold: { timeoutMs: 150 } });
    const { told, events, replica } = scene;
    scene.select(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toEqual(['hold failover', 'release deadline']));
    expect(events.release[0]?.heldMs).toBeGreaterThanOrEqual(150);
  });

  it('holds nothing with hold: false', async () => {
    await using scene = await settle({ hold: false });
    const { told, replica } = scene;
    scene.select(at(scene.sentinels, 0), replica);
    scene.promote(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toEqual([`move ${formatAddress(replica)} promotion`]));
  });

  it("moves at the announcement with switchOn: 'announcement'", async () => {
    await using scene = await settle({ switchOn: 'announcement' });
    const { resolver, told, replica } = scene;
    scene.select(at(scene.sentinels, 0), replica);
    scene.promote(at(scene.sentinels, 0), replica);
    // The candidate has said by now that it is a master.
    await eventually(() =>
      expect(replica.received.filter(({ text }) => text === 'ROLE').length).toBeGreaterThan(3),
    );
    expect(told).toEqual(['hold failover']);
    scene.announce(replica, scene.sentinels.slice(1));
    await eventually(() =>
      expect(told).toEqual(['hold failover', `move ${formatAddress(replica)} announcement`]),
    );
    await eventually(() => expect(resolver.topology.phase).toBe('following'));
  });

  it('of another master is nothing to us', async () => {
    await using scene = await settle();
    const { told, events, master, replica } = scene;
    for (const fake of scene.sentinels)
      fake.monitor('other', { master: addressOnly(master), configEpoch: 1 });
    for (const fake of scene.sentinels) {
      fake.publishReplica('+selected-slave', replica, 'other');
      fake.publishReplica('+failover-state-wait-promotion', replica, 'other');
      fake.switchMaster(addressOnly(replica), 'other');
      fake.publishReplica('+slave', replica);
    }
    const asked = scene.sentinels.map(({ received }) => received.length);
    await eventually(() =>
      expect(scene.sentinels.every(({ received }, index) => received.length > at(asked, index))).toBe(true),
    );
    expect(told).toEqual([]);
    expect(events.switch).toHaveLength(1);
  });
});

describe('a move at the promotion', () => {
  it('is held again where the leader is lost, until the others agree', async () => {
    await using scene = await settle();
    const { told, replica } = scene;
    scene.promote(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toHaveLength(2));
    await at(scene.sentinels, 0).close();
    await eventually(() => expect(told.at(-1)).toBe('hold leader-lost'));
    scene.announce(replica, scene.sentinels.slice(1));
    await eventually(() => expect(told.at(-1)).toBe('release confirmed'));
    expect(told).toHaveLength(4);
  });

  it('is undone where the others still name the old master when an announcement is overdue', async () => {
    await using scene = await settle();
    const { told, master, replica } = scene;
    scene.promote(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toHaveLength(2));
    await at(scene.sentinels, 0).close();
    await eventually(() => expect(told.at(-1)).toBe(`move ${formatAddress(master)} undone`));
    expect(told.slice(2)).toEqual(['hold leader-lost', `move ${formatAddress(master)} undone`]);
  });
});

describe('after a move', () => {
  it('the old master is watched, and told of as long as it goes on as a master', async () => {
    await using scene = await settle();
    const { events, master, replica } = scene;
    scene.announce(replica);
    replica.promote();
    await eventually(() => expect(events['stale-master'].length).toBeGreaterThan(1));
    const [first, second] = events['stale-master'];
    expect(first).toMatchObject({
      name: 'mymaster',
      address: addressOnly(master),
      master: addressOnly(replica),
    });
    expect(second?.forMs).toBeGreaterThan(first?.forMs ?? 0);
    master.demote(addressOnly(replica));
    // Its connections go when it is one of the others.
    await eventually(() => expect(master.connections).toBe(0));
    const told = events['stale-master'].length;
    const asked = replica.received.length;
    await eventually(() => expect(replica.received.length).toBeGreaterThan(asked));
    expect(events['stale-master']).toHaveLength(told);
  });
});

describe('suspect()', () => {
  it('asks again, and nothing moves where all is well', async () => {
    await using scene = await settle({ roleIntervalMs: 60_000, refreshIntervalMs: 60_000 });
    const { resolver, told, master, sentinels } = scene;
    const asked = [master, ...sentinels].map(({ received }) => received.length);
    resolver.suspect(addressOnly(master), new Error('READONLY'));
    await eventually(() =>
      expect([master, ...sentinels].every(({ received }, index) => received.length > at(asked, index))).toBe(
        true,
      ),
    );
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(master));
    expect(told).toEqual([]);
  });

  it('moves where it is confirmed', async () => {
    await using scene = await settle({ roleIntervalMs: 60_000, refreshIntervalMs: 60_000 });
    const { resolver, told, master, replica } = scene;
    replica.role = 'master';
    for (const fake of scene.sentinels) {
      fake.master = addressOnly(replica);
      fake.configEpoch = 2;
    }
    resolver.suspect(addressOnly(master));
    await eventually(() => expect(told.at(-1)).toBe(`move ${formatAddress(replica)} announcement`));
  });

  it('of an address that is nobody asks as well, and does no harm', async () => {
    await using scene = await settle({ roleIntervalMs: 60_000, refreshIntervalMs: 60_000 });
    const { resolver, sentinels, told } = scene;
    const asked = sentinels.map(({ received }) => received.length);
    resolver.suspect({ host: 'nobody', port: 1 });
    await eventually(() =>
      expect(sentinels.every(({ received }, index) => received.length > at(asked, index))).toBe(true),
    );
    expect(told).toEqual([]);
    expect(resolver.topology.verified).toBe(true);
  });
});

describe('the master is watched', () => {
  it('a demotion that nobody announced is noticed, and followed', async () => {
    await using scene = await settle({ refreshIntervalMs: 60_000 });
    const { told, master, replica } = scene;
    replica.role = 'master';
    master.role = 'replica';
    master.master = addressOnly(replica);
    await eventually(() => expect(told).toEqual(['hold demoted', `move ${formatAddress(replica)} demotion`]));
  });

  it('one that hangs is not given to anybody, until it is back', async () => {
    await using scene = await settle(hasty);
    const { resolver, events, master, told } = scene;
    master.hang();
    await eventually(() => expect(resolver.topology.verified).toBe(false));
    expect(events.error.at(-1)).toMatchObject({
      code: 'MASTER_UNREACHABLE',
      message: expect.stringContaining('did not answer ROLE within 500 ms') as string,
    });
    await expect(resolver.master(within(50))).rejects.toMatchObject({ code: 'MASTER_UNREACHABLE' });
    master.resume();
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(master));
    expect(told).toEqual([]);
  });

  it('one that only drops its connections is no fault, also while it is being asked', async () => {
    await using scene = await settle();
    const { resolver, events, master } = scene;
    const asked = (): number => master.received.filter(({ text }) => text === 'ROLE').length;
    const before = asked();
    master.hang('role');
    resolver.suspect(master);
    await eventually(() => expect(asked()).toBeGreaterThan(before));
    master.dropConnections();
    master.resume('role');
    await eventually(() => expect(resolver.topology.verified).toBe(true));
    expect(events.error).toEqual([]);
  });
});

describe('while a majority of the sentinels is out of sight', () => {
  const lose = async (scene: Scene): Promise<void> => {
    for (const fake of scene.sentinels.slice(1)) {
      await fake.refuse();
      fake.dropConnections();
    }
  };

  it("traffic goes on, and the topology says so ('continue')", () =>
    whileAwake(async () => {
      await using scene = await settle(hasty);
      const { resolver, told, events } = scene;
      await lose(scene);
      await eventually(() => expect(resolver.topology.minority).toBe(true));
      expect(await resolver.master(within(20_000))).toEqual(addressOnly(scene.master));
      for (const fake of scene.sentinels.slice(1)) await fake.accept();
      await eventually(() => expect(resolver.topology.minority).toBe(false));
      expect(events.minority).toMatchObject([
        { name: 'mymaster', minority: true, reachable: 1, known: 3 },
        { name: 'mymaster', minority: false, reachable: 2, known: 3 },
      ]);
      expect(told).toEqual([]);
    }));

  it("traffic is held until they are back ('hold')", () =>
    whileAwake(async () => {
      await using scene = await settle({ ...hasty, onMinority: 'hold' });
      const { resolver, told } = scene;
      await lose(scene);
      await eventually(() => expect(told).toEqual(['hold minority']));
      await expect(resolver.master(within(50))).rejects.toThrow('traffic is held (minority)');
      for (const fake of scene.sentinels.slice(1)) await fake.accept();
      await eventually(() => expect(told).toEqual(['hold minority', 'release majority']));
      expect(await resolver.master(within(20_000))).toEqual(addressOnly(scene.master));
    }));
});

describe('followers', () => {
  it('that join during a hold are told of it, and only of what comes then', async () => {
    await using scene = await settle();
    const { resolver, told, replica } = scene;
    scene.select(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toHaveLength(1));
    const late = new Recorder(resolver);
    expect(late.told).toEqual([]);
    await Promise.resolve();
    expect(late.told).toEqual(['hold failover']);
    scene.promote(at(scene.sentinels, 0), replica);
    await eventually(() =>
      expect(late.told).toEqual(['hold failover', `move ${formatAddress(replica)} promotion`]),
    );
  });

  it('that throw are reported, and disturb nobody', async () => {
    await using scene = await settle();
    const { resolver, events, replica } = scene;
    const boom = new Error('boom');
    const broken: Follower = {
      hold: () => {
        throw boom;
      },
      move: () => {
        throw new Error('boom again');
      },
      release: () => {},
    };
    resolver.follow(broken);
    const late = new Recorder(resolver);
    await Promise.resolve();
    scene.select(at(scene.sentinels, 0), replica);
    scene.promote(at(scene.sentinels, 0), replica);
    await eventually(() => expect(late.told).toHaveLength(2));
    expect(events.error.map(({ message }) => message)).toEqual(['boom', 'boom again']);
    expect(events.error[0]).toMatchObject({ name: 'SwitchmasterError', cause: boom });
  });

  it('that unfollow hear no more, in the middle of a failover either', async () => {
    await using scene = await settle();
    const { resolver, told, replica } = scene;
    const heard: string[] = [];
    const unfollow = resolver.follow({
      hold: () => {
        heard.push('hold');
        unfollow();
      },
      move: () => heard.push('move'),
      release: () => heard.push('release'),
    });
    await Promise.resolve();
    scene.select(at(scene.sentinels, 0), replica);
    scene.promote(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toHaveLength(2));
    expect(heard).toEqual(['hold']);
  });

  it('may close the resolver inside a call', async () => {
    await using scene = await settle();
    const { resolver, told, replica } = scene;
    const heard: string[] = [];
    resolver.follow({
      hold: () => {
        heard.push('hold');
        void resolver.close();
      },
      move: () => heard.push('move'),
      release: () => heard.push('release'),
    });
    await Promise.resolve();
    scene.select(at(scene.sentinels, 0), replica);
    await eventually(() => expect(resolver.topology.phase).toBe('closed'));
    expect(heard).toEqual(['hold']);
    expect(told).toEqual(['hold failover']);
    expect(() => resolver.follow({ hold() {}, move() {}, release() {} })).toThrow(
      expect.objectContaining({ code: 'CLOSED' }) as Error,
    );
  });

  it('may ask for what they need inside a call', async () => {
    await using scene = await settle();
    const { resolver, replica } = scene;
    const seen: unknown[] = [];
    resolver.follow({
      hold: () => seen.push(resolver.topology.phase),
      move: (to) => {
        seen.push(to);
        resolver.suspect(to);
        void resolver.master().then((address) => seen.push(address));
      },
      release: () => {},
    });
    await Promise.resolve();
    scene.select(at(scene.sentinels, 0), replica);
    scene.promote(at(scene.sentinels, 0), replica);
    await eventually(() => expect(seen).toEqual(['holding', addressOnly(replica), addressOnly(replica)]));
  });
});

describe('replicas', () => {
  it('are those that are healthy', async () => {
    await using scene = await settle({}, { replicas: 2 });
    const { resolver, sentinels, nodes } = scene;
    const [, second, third] = nodes.map(addressOnly);
    await eventually(() => expect(resolver.replicas().map(addressOnly)).toEqual([second, third]));
    for (const fake of sentinels) {
      fake.replicas = [
        { ...at(nodes.map(addressOnly), 1), fields: { flags: 'slave,s_down' } },
        { ...at(nodes.map(addressOnly), 2), fields: { 'slave-repl-offset': 500 } },
      ];
    }
    await eventually(() => expect(resolver.replicas().map(addressOnly)).toEqual([third]));
    expect(resolver.topology.replicas).toHaveLength(2);
    await eventually(() =>
      expect(resolver.replicas()).toEqual([
        { ...third, healthy: true, masterLinkDownMs: 0, offset: 500, lagBytes: 0, priority: 100 },
      ]),
    );
  });

  it("are what connect({ role: 'replica' }) leads to, also from a cold start", async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    const socket = await resolver.connect({ role: 'replica', ...within(20_000) });
    expect(addressOf(socket)).toEqual(addressOnly(fakes.replica));
    socket.destroy();
  });

  it('that are no replicas any more are not handed out', async () => {
    await using scene = await settle({}, { replicas: 2 });
    const { resolver, nodes } = scene;
    at(nodes, 1).role = 'master';
    for (let times = 0; times < 5; times++) {
      const socket = await resolver.connect({ role: 'replica', ...within(20_000) });
      expect(addressOf(socket)).toEqual(addressOnly(at(nodes, 2)));
      socket.destroy();
    }
  });

  it.each([
    ['there are none', { replicas: 0 }],
    ['none of them is healthy', { replicas: 1, flags: 's_down,slave' }],
    ['none of them can be reached', { replicas: 1, dead: true }],
  ])(
    'give way to the master where %s',
    async (_, { replicas, flags, dead }: { replicas: number; flags?: string; dead?: boolean }) => {
      await using scene = await settle({}, { replicas });
      const { resolver, master, nodes, sentinels } = scene;
      if (flags)
        for (const fake of sentinels) fake.replicas = [{ ...addressOnly(at(nodes, 1)), fields: { flags } }];
      if (dead) await at(nodes, 1).close();
      await eventually(() => expect(resolver.replicas()).toHaveLength(dead ? 1 : 0));
      const socket = await resolver.connect({ role: 'replica', ...within(20_000) });
      expect(addressOf(socket)).toEqual(addressOnly(master));
      socket.destroy();
    },
  );

  it('serve readers while traffic is held', async () => {
    await using scene = await settle({}, { replicas: 2 });
    const { resolver, told, replica } = scene;
    await eventually(() => expect(resolver.replicas()).toHaveLength(2));
    scene.select(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toHaveLength(1));
    const socket = await resolver.connect({ role: 'replica', ...within(20_000) });
    expect(addressOf(socket)).not.toEqual(addressOnly(scene.master));
    socket.destroy();
  });
});

describe('onlookers', () => {
  const channels = ['hold', 'switch', 'release', 'sentinel', 'stale-master', 'minority'] as const;
  const undo: (() => void)[] = [];
  afterEach(() => undo.splice(0).forEach((one) => one()));

  it('on diagnostics channels get what listeners get', async () => {
    const published: [string, unknown][] = [];
    for (const name of channels) {
      const onMessage = (message: unknown): void => void published.push([name, message]);
      subscribe(`switchmaster:${name}`, onMessage);
      undo.push(() => unsubscribe(`switchmaster:${name}`, onMessage));
    }
    await using scene = await settle({ ...hasty, onMinority: 'hold' });
    const { told, events, replica, sentinels } = scene;
    scene.select(at(sentinels, 0), replica);
    scene.promote(at(sentinels, 0), replica);
    scene.announce(replica);
    await eventually(() => expect(events['stale-master'].length).toBeGreaterThan(0));
    for (const fake of sentinels) {
      await fake.refuse();
      fake.dropConnections();
    }
    await eventually(() => expect(told).toContain('hold minority'));
    for (const fake of sentinels) await fake.accept();
    await eventually(() => expect(told).toContain('release majority'));
    for (const name of channels) {
      const heard: unknown[] = events[name];
      expect(heard.length).toBeGreaterThan(0);
      expect(published.flatMap(([channel, message]) => (channel === name ? [message] : []))).toEqual(heard);
    }
  });

  it('of topology hear of changes, and of nothing else', async () => {
    await using scene = await settle();
    const { resolver, events, sentinels, master } = scene;
    const before = events.topology.length;
    expect(before).toBeGreaterThan(0);
    expect(events.topology.at(-1)).toBe(resolver.topology);
    const asked = [master, ...sentinels].map(({ received }) => received.length);
    await eventually(() =>
      expect(
        [master, ...sentinels].every(({ received }, index) => received.length > at(asked, index) + 4),
      ).toBe(true),
    );
    expect(events.topology).toHaveLength(before);
  });

  it('need not be there: an error that nobody listens to crashes nobody', async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: [...fakes.addresses, '127.0.0.1:1'] });
    await resolver.master(within(20_000));
    await fakes.master.close();
    await eventually(() => expect(resolver.topology.verified).toBe(false));
  });

  it('stop when they say so', async () => {
    await using scene = await settle();
    const { resolver, replica, told } = scene;
    const heard: string[] = [];
    const onSwitch = (): void => void heard.push('switch');
    const undoHold = resolver.on('hold', () => heard.push('hold'));
    resolver.on('switch', onSwitch);
    undoHold();
    resolver.off('switch', onSwitch);
    scene.promote(at(scene.sentinels, 0), replica);
    await eventually(() => expect(told).toHaveLength(2));
    expect(heard).toEqual([]);
  });
});

describe('an AbortSignal', () => {
  const waitingCalls: [string, (resolver: Resolver, signal: AbortSignal) => Promise<unknown>][] = [
    ['master()', (resolver, signal) => resolver.master({ signal })],
    ['connect()', (resolver, signal) => resolver.connect({ signal })],
    ["connect({ role: 'replica' })", (resolver, signal) => resolver.connect({ role: 'replica', signal })],
  ];

  it.each(waitingCalls)('ends %s with its reason', async (_, call) => {
    await using resolver = createResolver({ name: 'mymaster', sentinels: ['127.0.0.1:1'] });
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const waiting = call(resolver, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(call(resolver, controller.signal)).rejects.toBe(reason);
  });

  it.each(waitingCalls)('that is a timeout lets %s say what is wrong', async (_, call) => {
    await using resolver = createResolver({ name: 'mymaster', sentinels: ['127.0.0.1:1'] });
    await expect(call(resolver, AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'SENTINELS_UNREACHABLE',
      cause: { name: 'TimeoutError' },
    });
  });

  it('ends connect() in the middle of dialling', async () => {
    await using scene = await settle({ roleIntervalMs: 60_000 });
    const { resolver, master } = scene;
    master.hang('role');
    const controller = new AbortController();
    const waiting = resolver.connect({ signal: controller.signal });
    const open = master.connections;
    await eventually(() => expect(master.connections).toBe(open + 1));
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await eventually(() => expect(master.connections).toBe(open));
    master.resume();
  });
});
