import { isResolver, type Follower } from '@switchmaster/core';
import { describe, expect, test } from 'vitest';
import { FakeResolver } from './fake-resolver.ts';

const [a, b] = [
  { host: 'a', port: 1 },
  { host: 'b', port: 2 },
];

function make(): FakeResolver {
  return new FakeResolver({ name: 'n', master: a, replicas: [b] });
}

/** What a follower is told, in words. */
async function follow(resolver: FakeResolver): Promise<{ told: string[]; unfollow: () => void }> {
  const told: string[] = [];
  const follower: Follower = {
    hold: (reason) => told.push(`hold ${reason}`),
    move: (to, reason) => told.push(`move ${to.host} ${reason}`),
    release: (reason) => told.push(`release ${reason}`),
  };
  const unfollow = resolver.follow(follower);
  await Promise.resolve();
  return { told, unfollow };
}

test('it is a resolver for every adapter', () => {
  expect(isResolver(make())).toBe(true);
});

describe('followers', () => {
  test('are told of a failover that a test plays', async () => {
    const resolver = make();
    const { told } = await follow(resolver);
    expect(await resolver.failover()).toEqual(b);
    expect(told).toEqual(['hold failover', 'move b promotion']);
    expect(resolver.topology).toMatchObject({ phase: 'following', master: b, replicas: [a], configEpoch: 1 });
  });

  test('are told of one that is called off', async () => {
    const resolver = make();
    const { told } = await follow(resolver);
    resolver.hold();
    resolver.hold();
    resolver.release();
    resolver.release();
    expect(told).toEqual(['hold failover', 'release aborted']);
    expect(resolver.topology.master).toEqual(a);
  });

  test('who joins during a hold is told, and who has left is not', async () => {
    const resolver = make();
    resolver.hold('demoted');
    const { told, unfollow } = await follow(resolver);
    unfollow();
    resolver.move();
    expect(told).toEqual(['hold demoted']);
  });
});

test('master() waits for the end of a hold', async () => {
  const resolver = make();
  expect(await resolver.master()).toEqual(a);
  resolver.hold();
  const waiting = resolver.master();
  await expect(resolver.master({ signal: AbortSignal.timeout(1) })).rejects.toMatchObject({
    code: 'TIMED_OUT',
  });
  resolver.move();
  expect(await waiting).toEqual(b);
});

test('listeners hear what a real one would tell', async () => {
  const resolver = make();
  const heard: unknown[] = [];
  resolver.on('hold', ({ master, candidate }) => heard.push([master.host, candidate?.host]));
  const off = resolver.on('switch', ({ from, to, phases }) =>
    heard.push([from?.host, to.host, Object.keys(phases)]),
  );
  await resolver.failover();
  off();
  await resolver.failover();
  expect(heard).toEqual([
    ['a', 'b'],
    ['a', 'b', ['heldAt', 'movedAt']],
    ['b', 'a'],
  ]);
});

test('suspicions are there to be looked at', () => {
  const resolver = make();
  resolver.suspect(a, 'READONLY');
  expect(resolver.suspicions).toEqual([{ address: a, error: 'READONLY' }]);
});

test('after close() it is closed', async () => {
  const resolver = make();
  resolver.hold();
  const waiting = resolver.master();
  await resolver.close();
  await resolver.close();
  await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
  expect(() => resolver.follow({ hold() {}, move() {}, release() {} })).toThrow('closed');
  expect(() => resolver.move()).toThrow('closed');
});
