import { spawn } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, startFakeSentinel, startProxy } from '@switchmaster/testing';
import { describe, expect, it } from 'vitest';
import { createResolver, type Resolver } from '../src/index.ts';
import {
  addressOnly,
  at,
  deadAddress,
  type Fakes,
  hasty,
  leaveNothingBehind,
  loopback,
  quickResolver,
  Recorder,
  startFakes,
  within,
} from './support.ts';

leaveNothingBehind();

const closed = {
  name: 'SwitchmasterError',
  code: 'CLOSED',
  message: "the resolver of 'mymaster' was closed",
};

/** How to bring a resolver into a state in which `master()` waits. */
const waits: Record<string, (fakes: Fakes, resolver: () => Resolver) => Promise<Resolver>> = {
  'no sentinel can be reached': async (fakes, resolver) => {
    await Promise.all(fakes.sentinels.map((fake) => fake.close()));
    return resolver();
  },
  'sentinels are dialled': (_, resolver) => Promise.resolve(resolver()),
  'sentinels hang': async (fakes, resolver) => {
    for (const fake of fakes.sentinels) fake.hang();
    const made = resolver();
    await eventually(() => expect(fakes.sentinels.every(({ received }) => received.length > 0)).toBe(true));
    return made;
  },
  'sentinels hang when asked': async (fakes, resolver) => {
    for (const fake of fakes.sentinels) fake.hang('sentinel master');
    const made = resolver();
    await eventually(() =>
      expect(made.topology.sentinels.map(({ state }) => state)).toEqual([
        'connected',
        'connected',
        'connected',
      ]),
    );
    return made;
  },
  'the master cannot be reached': async (fakes, resolver) => {
    await fakes.master.close();
    const made = resolver();
    await eventually(() => expect(made.topology.sentinels.every(({ master }) => master)).toBe(true));
    return made;
  },
  'the master hangs': async (fakes, resolver) => {
    fakes.master.hang();
    const made = resolver();
    await eventually(() => expect(fakes.master.received.length).toBeGreaterThan(0));
    return made;
  },
  'traffic is held': async (fakes, resolver) => {
    const made = resolver();
    await made.master(within(20_000));
    fakes.select(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(made.topology.phase).toBe('holding'));
    return made;
  },
};

/** How to bring a resolver into a state in which nobody waits. */
const goesOn: Record<string, (fakes: Fakes, resolver: Resolver) => Promise<void>> = {
  'all is well': () => Promise.resolve(),
  'a move is provisional': async (fakes, resolver) => {
    fakes.promote(at(fakes.sentinels, 0), fakes.replica);
    await eventually(() => expect(resolver.topology.phase).toBe('provisional'));
  },
  'an old master is watched': async (fakes, resolver) => {
    fakes.announce(fakes.replica);
    fakes.replica.promote();
    await eventually(() => expect(resolver.topology).toMatchObject({ phase: 'following', configEpoch: 2 }));
  },
  'sentinels are lost': async (fakes, resolver) => {
    await Promise.all(fakes.sentinels.map((fake) => fake.close()));
    await eventually(() => expect(resolver.topology.minority).toBe(true));
  },
};

describe('close()', () => {
  it.each(Object.keys(waits))('rejects who waits while %s, and leaves nothing behind', async (state) => {
    await using fakes = await startFakes();
    const resolver = await waits[state]?.(fakes, () => quickResolver({ sentinels: fakes.addresses }));
    if (resolver === undefined) throw new Error('no resolver');
    const { signal } = new AbortController();
    const calls = Promise.allSettled([
      resolver.master(),
      resolver.master({ signal }),
      resolver.connect({ signal }),
      resolver.connect({ signal }),
    ]);
    await resolver.close();
    const rejected = { status: 'rejected', reason: closed };
    expect(await calls).toMatchObject([rejected, rejected, rejected, rejected]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await eventually(() =>
      expect([...fakes.nodes, ...fakes.sentinels].map(({ connections }) => connections)).toEqual([
        0, 0, 0, 0, 0,
      ]),
    );
  });

  it.each(Object.keys(goesOn))('leaves nothing behind while %s', async (state) => {
    await using fakes = await startFakes();
    const resolver = quickResolver({ sentinels: fakes.addresses, ...hasty });
    await resolver.master(within(20_000));
    await goesOn[state]?.(fakes, resolver);
    await resolver.close();
    expect(resolver.topology.phase).toBe('closed');
    await eventually(() =>
      expect([...fakes.nodes, ...fakes.sentinels].map(({ connections }) => connections)).toEqual([
        0, 0, 0, 0, 0,
      ]),
    );
  });

  it('ends a dial that is under way, also in TLS', async () => {
    await using proxy = await startProxy({ to: await deadAddress(), mode: 'blackhole' });
    const resolver = quickResolver({ sentinels: [proxy], sentinel: { tls: true }, connectTimeoutMs: 60_000 });
    await eventually(() => expect(proxy.connections).toBe(1));
    await resolver.close();
    await expect(resolver.master()).rejects.toMatchObject(closed);
  });

  it('is final', async () => {
    await using fakes = await startFakes();
    const resolver = quickResolver({ sentinels: fakes.addresses });
    const { told, events } = new Recorder(resolver);
    await resolver.master(within(20_000));
    await Promise.all([resolver.close(), resolver.close()]);
    await resolver.close();
    const follower = { hold() {}, move() {}, release() {} };
    await expect(resolver.master()).rejects.toMatchObject(closed);
    await expect(resolver.connect()).rejects.toMatchObject(closed);
    await expect(resolver.connect({ role: 'replica' })).rejects.toMatchObject(closed);
    expect(() => resolver.follow(follower)).toThrow(expect.objectContaining(closed) as Error);
    expect(() => resolver.suspect(addressOnly(fakes.master))).not.toThrow();
    expect(events.topology.at(-1)).toMatchObject({ phase: 'closed', master: addressOnly(fakes.master) });
    expect(resolver.topology).toBe(events.topology.at(-1));
    expect(told).toEqual([]);
  });

  it('does not take the sockets with it that connect() has handed out', async () => {
    await using fakes = await startFakes();
    const resolver = quickResolver({ sentinels: fakes.addresses });
    const socket = await resolver.connect(within(20_000));
    await resolver.close();
    const answer = new Promise((resolve) => socket.once('data', (bytes: Buffer) => resolve(String(bytes))));
    socket.write('*1\r\n$4\r\nPING\r\n');
    expect(await answer).toBe('+PONG\r\n');
    expect(
      socket.listenerCount('data') + socket.listenerCount('close') + socket.listenerCount('end'),
    ).toBeLessThan(3);
    socket.destroy();
  });

  it('may be called by a listener, in the middle of everything', async () => {
    await using fakes = await startFakes();
    const resolver = quickResolver({ sentinels: fakes.addresses });
    resolver.on('switch', () => void resolver.close());
    await expect(resolver.master(within(20_000))).rejects.toMatchObject(closed);
  });

  it('is what `await using` does', async () => {
    await using fakes = await startFakes();
    let kept: Resolver;
    {
      await using resolver = quickResolver({ sentinels: fakes.addresses });
      await resolver.master(within(20_000));
      kept = resolver;
    }
    expect(kept.topology.phase).toBe('closed');
  });
});

interface Child {
  readonly output: string[];
  readonly ended: Promise<number | null>;
}

/** Runs a program that has `createResolver` and the options. It reports by printing lines. */
function run(program: string, options: object): Child {
  const source = `
    import { createResolver } from '@switchmaster/core';
    const options = ${JSON.stringify(options)};
    ${program}
  `;
  const args = ['--conditions=@switchmaster/source', '--import=tsx', '--input-type=module', '--eval', source];
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(...text.trimEnd().split('\n')));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { output, ended };
}

describe('a process', () => {
  it.each(['dead', 'alive'])(
    'with a resolver that nobody closes ends by itself (sentinels %s)',
    async (state) => {
      await using fakes = await startFakes();
      if (state === 'dead') await Promise.all(fakes.sentinels.map((fake) => fake.close()));
      const child = run(
        `const resolver = createResolver(options);
       resolver.follow({ hold() {}, move() {}, release() {} });
       resolver.on('topology', () => {});
       ${state === 'alive' ? 'await resolver.master();' : ''}
       console.log('done');`,
        { name: 'mymaster', sentinels: fakes.addresses },
      );
      expect(await child.ended).toBe(0);
      expect(child.output).toEqual(['done']);
    },
  );

  it('that waits for the master of a dead deployment stays alive until its signal fires', async () => {
    const child = run(
      `const resolver = createResolver(options);
       const began = performance.now();
       const error = await resolver.master({ signal: AbortSignal.timeout(300) }).catch((reason) => reason);
       console.log(error.code, performance.now() - began >= 299);`,
      { name: 'mymaster', sentinels: [await deadAddress()] },
    );
    expect(await child.ended).toBe(0);
    expect(child.output).toEqual(['SENTINELS_UNREACHABLE true']);
  });

  it.each(['master', 'connect'])(
    'that waits in %s() without a signal stays alive as long as it takes',
    async (call) => {
      await using fakes = await startFakes({ sentinels: 1 });
      await using door = await startFakeSentinel({ host: loopback, master: addressOnly(fakes.master) });
      await door.refuse();
      const child = run(
        `const resolver = createResolver(options);
       const found = await resolver.${call}();
       console.log('found', found.port ?? found.remotePort);
       found.destroy?.();`,
        { name: 'mymaster', sentinels: [addressOnly(door), await deadAddress()], backoff: { maxMs: 50 } },
      );
      // It has tried for long enough to have ended by then.
      await door.accept();
      door.hang();
      await eventually(() => expect(door.accepted).toBeGreaterThan(1), { timeoutMs: 20_000 });
      door.resume();
      expect(await child.ended).toBe(0);
      expect(child.output).toEqual([`found ${fakes.master.port}`]);
    },
  );

  it('may wait at its top level in several resolvers', async () => {
    await using fakes = await startFakes();
    const child = run(
      `const resolvers = [createResolver(options), createResolver(options)];
       const found = await Promise.all(resolvers.map((one) => one.master()));
       console.log(found.map(({ port }) => port).join());`,
      { name: 'mymaster', sentinels: fakes.addresses },
    );
    expect(await child.ended).toBe(0);
    expect(child.output).toEqual([`${fakes.master.port},${fakes.master.port}`]);
  });
});

it('a resolver with default options leaves nothing behind either', async () => {
  await using fakes = await startFakes();
  const resolver = createResolver({ name: 'mymaster', sentinels: fakes.addresses });
  await resolver.master(within(20_000));
  await resolver.close();
  await eventually(() => expect(fakes.sentinels.map(({ connections }) => connections)).toEqual([0, 0, 0]));
});
