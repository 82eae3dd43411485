import { eventually, startCluster, whileAwake, type Observer } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import { createClientFactory, formatAddress } from '../src/index.ts';
import { addressOnly, leaveNothingBehind, Recorder, resolverOf, within, write } from './support.ts';

leaveNothingBehind();

/*
 * Real servers, and options as they are by default but where a test says so. Sentinels take a silent master for
 * dead after half a second, to be done sooner.
 */
const downAfterMs = 500;

/** When the resolver told its followers to move to the address, and when the sentinels announced it. */
async function movedAndAnnounced(
  { events }: Recorder,
  observer: Observer,
): Promise<{ movedAt: number; announcedAt: number }> {
  await observer.waitFor((seen) => seen.kind === 'event' && seen.channel === '+switch-master');
  const announcedAt = performance.timeOrigin + (observer.firstSwitchMasterAt() ?? 0);
  return { movedAt: events.switch.at(-1)?.at ?? Infinity, announcedAt };
}

describe('a failover', () => {
  it('that is planned: hold, then move before any sentinel announces it', () =>
    whileAwake(async () => {
      await using cluster = await startCluster();
      await using observer = await cluster.observe();
      await using resolver = resolverOf(cluster);
      const recorder = new Recorder(resolver);
      const clients = createClientFactory(resolver, {
        create: (address) => ({ address: formatAddress(address), closed: false }),
        close: (client) => (client.closed = true),
      });
      const old = await cluster.master();
      expect(await write(resolver, 'before')).toBe(old.address);
      const client = await clients.get(within(20_000));
      expect(client.address).toBe(old.address);

      await cluster.failover();
      await eventually(() => expect(recorder.told).toHaveLength(2));
      const to = resolver.topology.master;
      expect(recorder.told).toEqual(['hold failover', `move ${to && formatAddress(to)} promotion`]);
      expect(await write(resolver, 'after')).toBe(to && formatAddress(to));
      expect(client.closed).toBe(true);
      expect((await clients.get(within(20_000))).address).toBe(to && formatAddress(to));

      const { movedAt, announcedAt } = await movedAndAnnounced(recorder, observer);
      expect(movedAt).toBeLessThan(announcedAt);
      const master = await cluster.masterAfter(old);
      expect(to).toEqual(addressOnly(master));
      expect(await master.command('GET', 'after')).toBe('after');
      // The old master goes on as one for about ten seconds, and is told of.
      await eventually(() => expect(recorder.events['stale-master'].length).toBeGreaterThan(0));
      expect(recorder.events['stale-master'][0]).toMatchObject({ address: addressOnly(old), master: to });
      await eventually(() => expect(resolver.topology.phase).toBe('following'));
      await clients.close();
    }));

  it.each(['kill', 'freeze'] as const)(
    'after a %s: the same, and what comes back is followed by nobody',
    (fault) =>
      whileAwake(async () => {
        await using cluster = await startCluster({ downAfterMs });
        await using observer = await cluster.observe();
        await using resolver = resolverOf(cluster);
        const recorder = new Recorder(resolver);
        const old = await cluster.master();
        expect(await write(resolver, 'before')).toBe(old.address);

        await cluster[fault](old);
        const master = await cluster.masterAfter(old);
        expect(await write(resolver, 'after')).toBe(master.address);
        expect(recorder.told.at(-1)).toBe(`move ${master.address} promotion`);
        const { movedAt, announcedAt } = await movedAndAnnounced(recorder, observer);
        expect(movedAt).toBeLessThan(announcedAt);
        expect(recorder.events.switch.at(-1)?.phases.downAt).toBeLessThan(movedAt);

        const told = recorder.told.length;
        if (fault === 'kill') await cluster.restart(old);
        else await cluster.thaw(old);
        await eventually(() => expect(recorder.events['stale-master'].length).toBeGreaterThan(0));
        expect(await write(resolver, 'later')).toBe(master.address);
        expect(recorder.told).toHaveLength(told);
      }),
  );

  it('and another one, and another one: always on the last master', async () => {
    await using cluster = await startCluster();
    await using resolver = resolverOf(cluster);
    const { told } = new Recorder(resolver);
    await resolver.master(within(20_000));
    for (let round = 1; round <= 3; round++) {
      const old = await cluster.master();
      await cluster.failover();
      const master = await cluster.masterAfter(old);
      expect(await write(resolver, `round${round}`)).toBe(master.address);
    }
    await eventually(() => expect(resolver.topology.phase).toBe('following'));
    // Each election has an epoch of its own: on a busy machine there may be more of them than were asked for.
    const moves = told.filter((call) => call.startsWith('move')).length;
    expect(moves).toBeGreaterThanOrEqual(3);
    expect(moves).toBeLessThanOrEqual(resolver.topology.configEpoch);
  });
});
