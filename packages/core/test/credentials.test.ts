import { eventually, startCluster, type Cluster, type Reply } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createResolver,
  createSentinelSet,
  type Credentials,
  type CredentialsProvider,
  type ResolverOptions,
} from '../src/index.ts';
import {
  addressOnly,
  ask,
  at,
  followFailover,
  leaveNothingBehind,
  overdue,
  quickResolver,
  Recorder,
  startFakes,
  within,
} from './support.ts';
import { rulesOf, userLine } from './rights.ts';

leaveNothingBehind();

/** What hands out credentials, and counts how often it was asked. */
class Vault {
  asked = 0;
  current: Credentials;

  constructor(current: Credentials) {
    this.current = current;
  }

  readonly ask: CredentialsProvider = async () => {
    this.asked += 1;
    return await Promise.resolve(this.current);
  };
}

describe('credentials that change, on real servers', () => {
  let cluster: Cluster;
  let onSentinels: Vault;
  let onNodes: Vault;

  beforeAll(async () => {
    cluster = await startCluster({
      sentinelUsers: ['user default off', userLine('sentinel', 'watcher', 'first')],
      nodeUsers: ['user default off', `${userLine('node', 'app', 'first')} ~* +set +get`],
    });
    onSentinels = new Vault({ username: 'watcher', password: 'first' });
    onNodes = new Vault({ username: 'app', password: 'first' });
  });
  afterAll(() => cluster.stop());

  const options = (): ResolverOptions => ({
    sentinels: cluster.sentinels,
    sentinel: { credentials: onSentinels.ask },
    node: { credentials: onNodes.ask },
  });
  const everywhere = (kind: 'sentinel' | 'node', ...command: string[]): Promise<Reply[]> =>
    Promise.all(
      (kind === 'sentinel' ? cluster.sentinelHandles : cluster.nodes).map((one) => one.command(...command)),
    );
  const dropAll = async (): Promise<void> => {
    await everywhere('sentinel', 'CLIENT', 'KILL', 'USER', 'watcher');
    await everywhere('node', 'CLIENT', 'KILL', 'USER', 'app');
  };

  it('are asked for anew at every connection, for sentinels and nodes each', async () => {
    onSentinels.asked = 0;
    onNodes.asked = 0;
    await using resolver = quickResolver(options());
    await resolver.master(within(20_000));
    await eventually(() =>
      expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
    );
    // Those that began at the same moment were content with one answer.
    expect([1, 2, 3]).toContain(onSentinels.asked);
    expect(onNodes.asked).toBe(1);
    (await resolver.connect(within(20_000))).destroy();
    expect(onNodes.asked).toBe(2);
    const before = onSentinels.asked;
    await everywhere('sentinel', 'CLIENT', 'KILL', 'USER', 'watcher');
    await eventually(() => expect(onSentinels.asked).toBeGreaterThan(before));
    await eventually(() =>
      expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
    );
  });

  it('may be those of another user, whose predecessor is deleted', async () => {
    await using resolver = quickResolver(options());
    await resolver.master(within(20_000));
    await everywhere('sentinel', 'ACL', 'SETUSER', 'watcher-2', ...rulesOf('sentinel'));
    await everywhere('node', 'ACL', 'SETUSER', 'app-2', ...rulesOf('node'));
    const before = [onSentinels.current, onNodes.current] as const;
    onSentinels.current = { username: 'watcher-2', password: 'secret' };
    onNodes.current = { username: 'app-2', password: 'secret' };
    try {
      const { events } = new Recorder(resolver);
      await everywhere('sentinel', 'ACL', 'SETUSER', 'watcher', 'off');
      await everywhere('node', 'ACL', 'SETUSER', 'app', 'off');
      await dropAll();
      await eventually(() =>
        expect(events.sentinel.filter(({ state }) => state === 'connected')).toHaveLength(3),
      );
      const socket = await resolver.connect(within(20_000));
      expect(await ask(socket, 'ROLE')).toContain('master');
      socket.destroy();
      expect(events.error.filter(({ code }) => code === 'AUTH_REFUSED')).toEqual([]);
    } finally {
      await everywhere('sentinel', 'ACL', 'SETUSER', 'watcher', 'on');
      await everywhere('node', 'ACL', 'SETUSER', 'app', 'on');
      [onSentinels.current, onNodes.current] = before;
    }
  });

  it('that are refused say where they came from, and the next ones may be right', async () => {
    const vault = new Vault({ username: 'watcher', password: 'out-of-date' });
    await using resolver = quickResolver({ ...options(), sentinel: { credentials: vault.ask } });
    await expect(resolver.master(within(20_000))).rejects.toMatchObject({
      code: 'AUTH_REFUSED',
      message: expect.stringMatching(
        /^sentinel \S+ refused us with WRONGPASS: check what `sentinel.credentials\(\)` gives$/,
      ) as string,
    });
    vault.current = onSentinels.current;
    await eventually(() => expect(resolver.topology.verified).toBe(true));
  });

  it('are asked for by a set that is shared, too', async () => {
    onSentinels.asked = 0;
    await using set = createSentinelSet({
      sentinels: cluster.sentinels,
      sentinel: { credentials: onSentinels.ask },
    });
    await using resolver = quickResolverOf(set);
    await resolver.master(within(20_000));
    expect(onSentinels.asked).toBeGreaterThan(0);
  });

  it('rotate while traffic goes on: nothing is lost, and nobody is refused', async () => {
    await using resolver = createResolver({ name: cluster.name, ...options() });
    const { events } = new Recorder(resolver);
    await resolver.master(within(20_000));
    const written: string[] = [];
    const stop = new AbortController();
    const traffic = (async () => {
      for (let number = 0; !stop.signal.aborted; number += 1) {
        const socket = await resolver.connect(within(20_000));
        expect(await ask(socket, `SET key-${number} ${number}`)).toBe('+OK');
        socket.destroy();
        written.push(`key-${number}`);
      }
    })();
    const more = async (): Promise<void> => {
      const goal = written.length + 20;
      await eventually(() => expect(written.length).toBeGreaterThan(goal));
    };
    await more();
    // The new password is let in, used, and then the only one.
    await everywhere('sentinel', 'ACL', 'SETUSER', 'watcher', '>second');
    await everywhere('node', 'ACL', 'SETUSER', 'app', '>second');
    onSentinels.current = { username: 'watcher', password: 'second' };
    onNodes.current = { username: 'app', password: 'second' };
    await more();
    await everywhere('sentinel', 'ACL', 'SETUSER', 'watcher', '<first');
    await everywhere('node', 'ACL', 'SETUSER', 'app', '<first');
    await everywhere('sentinel', 'CLIENT', 'KILL', 'USER', 'watcher');
    await more();
    await eventually(() =>
      expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
    );
    const master = await followFailover(cluster, resolver);
    await more();
    stop.abort();
    await traffic;
    const values = await Promise.all(written.map((key) => master.command('GET', key)));
    expect(values).toEqual(written.map((key) => key.slice(4)));
    expect(events.error.filter(({ code }) => code === 'AUTH_REFUSED')).toEqual([]);
  });

  /** With a set, how sentinels are talked to is the set's affair. */
  function quickResolverOf(
    sentinels: ReturnType<typeof createSentinelSet>,
  ): ReturnType<typeof quickResolver> {
    const own = { refreshIntervalMs: undefined, pingIntervalMs: undefined, backoff: undefined };
    return quickResolver({ ...options(), ...own, sentinel: undefined, sentinels });
  }
});

describe('a provider', () => {
  const credentials = { username: 'app', password: 'right' };
  const bad: [does: string, provider: () => unknown, says: string][] = [
    [
      'throws',
      () => {
        throw new Error('the vault is sealed');
      },
      'threw: the vault is sealed',
    ],
    ['rejects', () => Promise.reject(new Error('the vault is away')), 'threw: the vault is away'],
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    ['rejects with no error', () => Promise.reject('a text'), 'threw: a string'],
    ['hangs', () => new Promise(() => {}), 'gave none within 100 ms'],
    ['gives nothing', () => undefined, 'gave undefined; expected { username, password }'],
    ['gives a text', () => 'right', 'gave a string; expected { username, password }'],
    ['gives no password', () => ({ username: 'app' }), 'gave undefined as `password`; expected a string'],
    ['gives a password in bytes', () => ({ password: Buffer.from('right') }), 'gave an object as `password`'],
    ['gives an odd user', () => ({ username: 5, password: 'right' }), 'gave a number as `username`'],
  ];

  describe.each(['sentinel', 'node'] as const)('of a %s', (kind) => {
    it.each(bad)('that %s is told, and asked again until it is right', async (_, provider, says) => {
      await using fakes = await startFakes({ [kind]: credentials });
      let answer = provider;
      await using resolver = quickResolver({
        sentinels: fakes.addresses,
        [kind]: { credentials: () => answer() as Credentials },
        credentialsTimeoutMs: 100,
      });
      await eventually(() =>
        expect(resolver.master(overdue())).rejects.toMatchObject({
          code: 'INVALID_OPTION',
          message: expect.stringContaining(`\`${kind}.credentials()\` ${says}`) as string,
        }),
      );
      answer = () => credentials;
      expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
      (await resolver.connect(within(20_000))).destroy();
    });
  });

  it('that fails for a while costs nothing that is connected', async () => {
    await using fakes = await startFakes({ sentinel: credentials, node: credentials });
    let sealed = false;
    const provider = (): Credentials => {
      if (sealed) throw new Error('the vault is sealed');
      return credentials;
    };
    await using resolver = quickResolver({
      sentinels: fakes.addresses,
      ...{ sentinel: { credentials: provider }, node: { credentials: provider } },
    });
    const { events } = new Recorder(resolver);
    await resolver.master(within(20_000));
    await eventually(() =>
      expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
    );
    sealed = true;
    at(fakes.sentinels, 0).dropConnections();
    // The first says that the connection went, and nothing is news after it until it is back.
    await eventually(() => expect(events.sentinel.at(-1)).toMatchObject({ state: 'lost' }));
    await eventually(() =>
      expect(resolver.connect(within(300))).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('`node.credentials()` threw: the vault is sealed') as string,
      }),
    );
    expect(resolver.topology.sentinels.map(({ state }) => state).toSorted()).toEqual([
      'connected',
      'connected',
      'lost',
    ]);
    sealed = false;
    await eventually(() =>
      expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
    );
    (await resolver.connect(within(20_000))).destroy();
  });

  it('that hangs is left alone when the resolver is closed', async () => {
    await using fakes = await startFakes({ sentinel: credentials });
    let asked = 0;
    const resolver = quickResolver({
      sentinels: fakes.addresses,
      sentinel: {
        credentials: () => {
          asked += 1;
          return new Promise(() => {});
        },
      },
    });
    const waiting = resolver.master().catch((error: unknown) => error);
    await eventually(() => expect(asked).toBe(1));
    await resolver.close();
    expect(await waiting).toMatchObject({ code: 'CLOSED' });
    expect(fakes.sentinels.map(({ accepted }) => accepted)).toEqual([0, 0, 0]);
  });

  it('takes the place of the credentials in a URL', async () => {
    await using fakes = await startFakes({ sentinel: credentials, sentinels: 1 });
    const { host, port } = at(fakes.addresses, 0);
    await using resolver = quickResolver({
      sentinels: `redis+sentinel://app:wrong@${host}:${port}/mymaster`,
      sentinel: { credentials: () => credentials },
    });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
  });
});
