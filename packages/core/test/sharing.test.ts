import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { eventually } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import {
  createResolver,
  createSentinelSet,
  formatAddress,
  type Resolver,
  type ResolverOptions,
} from '../src/index.ts';
import {
  addressOnly,
  at,
  type Fakes,
  leaveNothingBehind,
  quick,
  Recorder,
  startFakes,
  within,
} from './support.ts';

leaveNothingBehind();

const { connectTimeoutMs, commandTimeoutMs, pingIntervalMs, refreshIntervalMs, backoff } = quick;
const forSet = { connectTimeoutMs, commandTimeoutMs, pingIntervalMs, refreshIntervalMs, backoff };
const forResolver = { name: 'mymaster', roleIntervalMs: 100, discoveryTimeoutMs: 150 };

type Member = Recorder & { readonly resolver: Resolver };

interface Stage extends AsyncDisposable {
  readonly fakes: Fakes;
  /** A resolver on the set, and what it tells. */
  readonly join: (options?: Partial<ResolverOptions>) => Member;
}

async function setUp(): Promise<Stage> {
  const fakes = await startFakes();
  const sentinels = createSentinelSet({ ...forSet, sentinels: fakes.addresses });
  const resolvers: AsyncDisposable[] = [sentinels, fakes];
  return {
    fakes,
    join: (options) => {
      const resolver = createResolver({ ...forResolver, sentinels, ...options });
      resolvers.unshift(resolver);
      return Object.assign(new Recorder(resolver), { resolver });
    },
    async [Symbol.asyncDispose]() {
      for (const one of resolvers) await one[Symbol.asyncDispose]();
    },
  };
}

/** `ROLE` is asked by those who watch, and by nobody else here. */
const watchers = ({ master }: Fakes): number => master.connections;

describe('resolvers of one set, name and settings', () => {
  it('watch their master over one connection, and move in the same turn', async () => {
    await using stage = await setUp();
    const { fakes, join } = stage;
    const members = Array.from({ length: 50 }, () => join());
    await Promise.all(members.map(({ resolver }) => resolver.master(within(20_000))));
    expect(watchers(fakes)).toBe(1);
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    fakes.promote(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(at(members, 0).told).toHaveLength(2));
    const move = `move ${formatAddress(fakes.replica)} promotion`;
    expect(members.map(({ told }) => told)).toEqual(members.map(() => ['hold failover', move]));
    expect(new Set(members.map(({ events }) => at(events.switch, -1))).size).toBe(1);
    expect(new Set(members.map(({ resolver }) => resolver.topology)).size).toBe(1);
  });

  it('are told of the same thing once on the diagnostics channels', async () => {
    const published: unknown[] = [];
    const note = (message: unknown): void => void published.push(message);
    subscribe('switchmaster:switch', note);
    try {
      await using stage = await setUp();
      const members = Array.from({ length: 3 }, () => stage.join());
      await Promise.all(members.map(({ resolver }) => resolver.master(within(20_000))));
      expect(published).toEqual(at(members, 0).events.switch);
    } finally {
      unsubscribe('switchmaster:switch', note);
    }
  });

  it('have their own followers, listeners and end', async () => {
    await using stage = await setUp();
    const { fakes, join } = stage;
    const [one, other] = [join(), join()];
    await other.resolver.master(within(20_000));
    await one.resolver.close();
    expect(one.resolver.topology).toMatchObject({ phase: 'closed', master: addressOnly(fakes.master) });
    await expect(one.resolver.master()).rejects.toThrow(expect.objectContaining({ code: 'CLOSED' }) as Error);
    const heard = Object.values(one.events).flat().length;
    expect(watchers(fakes)).toBe(1);
    fakes.announce(fakes.replica);
    fakes.replica.promote();
    await eventually(() => expect(at(other.events.switch, -1).to).toEqual(addressOnly(fakes.replica)));
    expect(one.told).toEqual([]);
    expect(Object.values(one.events).flat()).toHaveLength(heard);
    await other.resolver.close();
    await eventually(() => expect(fakes.nodes.map(({ connections }) => connections)).toEqual([0, 0]));
  });

  it('hear of what was known before they came', async () => {
    await using stage = await setUp();
    const { fakes, join } = stage;
    await join().resolver.master(within(20_000));
    const late = join();
    expect(late.resolver.topology).toMatchObject({ phase: 'following', master: addressOnly(fakes.master) });
    expect(late.events.switch).toEqual([]);
    await expect(late.resolver.master()).resolves.toEqual(addressOnly(fakes.master));
    expect(late.events.topology).toEqual([late.resolver.topology]);
    expect(late.events.switch).toMatchObject([
      {
        name: 'mymaster',
        from: undefined,
        to: addressOnly(fakes.master),
        reason: 'discovery',
        configEpoch: 1,
      },
    ]);
    expect(late.told).toEqual([]);
  });

  it('and of a hold that they came into, and of how it ends', async () => {
    await using stage = await setUp();
    const { fakes, join } = stage;
    const early = join();
    await early.resolver.master(within(20_000));
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(early.told).toEqual(['hold failover']));
    const late = join();
    fakes.abort(at(fakes.sentinels, 0));
    await eventually(() => expect(early.told).toEqual(['hold failover', 'release aborted']));
    expect(late.told).toEqual(early.told);
    const last = join();
    await last.resolver.master(within(20_000));
    expect(last.told).toEqual([]);
  });

  it('may be made and closed by a listener of one of them', async () => {
    await using stage = await setUp();
    const { fakes, join } = stage;
    const first = join();
    const second = join();
    const made: Member[] = [];
    await second.resolver.master(within(20_000));
    first.resolver.on('hold', () => {
      made.push(join());
      void second.resolver.close();
    });
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    fakes.promote(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(first.told).toHaveLength(2));
    expect(made.map(({ told }) => at(told, -1))).toEqual([at(first.told, -1)]);
    expect(second.told.filter((call) => call.startsWith('move'))).toEqual([]);
  });
});

it('resolvers with other settings watch for themselves', async () => {
  await using stage = await setUp();
  const { fakes, join } = stage;
  const members = [join(), join({ switchOn: 'announcement' }), join({ node: { lookup: () => {} } })];
  await Promise.all(members.map(({ resolver }) => resolver.master(within(20_000))));
  expect(watchers(fakes)).toBe(3);
  fakes.select(at(fakes.sentinels, 0), fakes.replica);
  fakes.promote(at(fakes.sentinels, 0), fakes.replica);
  await eventually(() => expect(at(members, 0).told).toHaveLength(2));
  expect(at(members, 1).told).toEqual(['hold failover']);
});

describe('resolvers that were given addresses', () => {
  const given = ({ addresses }: Fakes): ResolverOptions => ({
    ...quick,
    name: 'mymaster',
    sentinels: addresses,
  });

  it('share the connections to the sentinels, which the last one closes', async () => {
    await using fakes = await startFakes();
    const resolvers = Array.from({ length: 20 }, () => createResolver(given(fakes)));
    await Promise.all(resolvers.map((resolver) => resolver.master(within(20_000))));
    await eventually(() => expect(fakes.sentinels.map(({ accepted }) => accepted)).toEqual([1, 1, 1]));
    expect(watchers(fakes)).toBe(1);
    const [first, ...others] = resolvers;
    const connected = Array(3).fill('connected');
    await eventually(() => expect(first?.topology.sentinels.map(({ state }) => state)).toEqual(connected));
    await Promise.all(others.map((resolver) => resolver.close()));
    expect(fakes.sentinels.map(({ connections }) => connections)).toEqual([1, 1, 1]);
    expect(first?.topology.sentinels.map(({ state }) => state)).toEqual(connected);
    await first?.close();
    await first?.close();
    await eventually(() => expect(fakes.sentinels.map(({ connections }) => connections)).toEqual([0, 0, 0]));
  });

  it('have others after that', async () => {
    await using fakes = await startFakes();
    for (const round of [1, 2]) {
      await using resolver = createResolver(given(fakes));
      await resolver.master(within(20_000));
      await eventually(() =>
        expect(fakes.sentinels.map(({ accepted }) => accepted)).toEqual([round, round, round]),
      );
    }
  });

  it('and other settings do not share them', async () => {
    await using fakes = await startFakes();
    await using one = createResolver(given(fakes));
    await using other = createResolver({ ...given(fakes), pingIntervalMs: 150 });
    await Promise.all([one.master(within(20_000)), other.master(within(20_000))]);
    await eventually(() => expect(fakes.sentinels.map(({ accepted }) => accepted)).toEqual([2, 2, 2]));
  });
});
