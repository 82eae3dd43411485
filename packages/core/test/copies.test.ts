import { eventually } from '@switchmaster/testing';
import { describe, expect, it, vi } from 'vitest';
import * as ours from '../src/index.ts';
import { addressOnly, leaveNothingBehind, quickResolver, startFakes, within } from './support.ts';

leaveNothingBehind();

/** The same package once more, as two dependencies that each bring their own would load it. */
vi.resetModules();
const theirs = await import('../src/index.ts');

describe('two copies of this package in one process', () => {
  it('are two copies', () => expect(theirs.SwitchmasterError).not.toBe(ours.SwitchmasterError));

  it("take each other's sentinel sets", async () => {
    await using fakes = await startFakes();
    await using sentinels = theirs.createSentinelSet({ sentinels: fakes.addresses });
    expect(ours.isSentinelSet(sentinels)).toBe(true);
    await using resolver = ours.createResolver({ name: 'mymaster', sentinels });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    await using other = theirs.createResolver({ name: 'mymaster', sentinels });
    await other.master(within(20_000));
    await eventually(() => expect(fakes.sentinels.map(({ accepted }) => accepted)).toEqual([1, 1, 1]));
  });

  it("know each other's resolvers, sockets and errors", async () => {
    await using fakes = await startFakes();
    await using resolver = quickResolver({ sentinels: fakes.addresses });
    expect(theirs.isResolver(resolver)).toBe(true);
    const socket = await resolver.connect(within(20_000));
    expect(theirs.addressOf(socket)).toEqual(addressOnly(fakes.master));
    socket.destroy();
    await using clients = theirs.createClientFactory(resolver, {
      create: (address) => address,
      close: () => {},
    });
    expect(await clients.get(within(20_000))).toEqual(addressOnly(fakes.master));
    const error: unknown = await clients
      .close()
      .then(() => clients.get())
      .catch((reason: unknown) => reason);
    expect(ours.isSwitchmasterError(error)).toBe(true);
    expect(error).not.toBeInstanceOf(ours.SwitchmasterError);
  });
});
