import {
  eventually,
  startCluster,
  startFakeNode,
  startFakeSentinel,
  type Cluster,
  type Reply,
} from '@switchmaster/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  addressOf,
  createResolver,
  formatAddress,
  type NodeAddress,
  type ResolverOptions,
} from '../src/index.ts';
import {
  addressOnly,
  ask,
  at,
  followFailover,
  leaveNothingBehind,
  loopback,
  quickResolver,
  Recorder,
  within,
} from './support.ts';
import { rulesOf, userLine } from './rights.ts';

leaveNothingBehind();

const toList = (reply: Reply | undefined): readonly Reply[] =>
  Array.isArray(reply) ? (reply as Reply[]) : [];

const sentinel = { username: 'app', password: 'secret' };

describe("the README's users with the least rights", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      ...{ replicas: 1, sentinels: 3 },
      sentinelUsers: ['user default off', userLine('sentinel', 'app', 'secret')],
      nodeUsers: ['user default off', userLine('node', 'app', 'secret')],
    });
  });
  afterAll(() => cluster.stop());

  const options = (): ResolverOptions => ({
    sentinels: cluster.sentinels,
    ...{ sentinel, node: sentinel },
    // Nothing is to be late here, on a busy machine either.
    ...{ connectTimeoutMs: 5000, commandTimeoutMs: 5000 },
  });
  const members = (kind: 'sentinel' | 'node') =>
    kind === 'sentinel' ? cluster.sentinelHandles : cluster.nodes;
  const setUser = (kind: 'sentinel' | 'node', ...rules: readonly string[]): Promise<Reply[]> =>
    Promise.all(members(kind).map((one) => one.command('ACL', 'SETUSER', 'app', ...rules)));

  beforeEach(async () => {
    for (const kind of ['sentinel', 'node'] as const) await setUser(kind, 'reset', ...rulesOf(kind));
  });

  it('find the master, get a socket, and follow a failover', async () => {
    await using resolver = createResolver({ name: cluster.name, ...options() });
    const { events } = new Recorder(resolver);
    const master = await followFailover(cluster, resolver);
    const socket = await resolver.connect(within(20_000));
    expect(addressOf(socket)).toEqual(addressOnly(master));
    expect(await ask(socket, 'ROLE')).toContain('master');
    socket.destroy();
    expect(events.error.filter(({ code }) => code === 'AUTH_REFUSED')).toEqual([]);
  });

  it('leave nothing in the log of what the servers refused', async () => {
    for (const member of [...cluster.sentinelHandles, ...cluster.nodes])
      expect(await member.command('ACL', 'LOG')).toEqual([]);
  });

  /** What is said without a rule: the rule itself, where the server says that it is one that is missing. */
  const complaint = (kind: 'sentinel' | 'node', rule: string): RegExp => {
    if (!/^[+&]/.test(rule)) return new RegExp(`^${kind} \\S+ refused us with WRONGPASS: check `);
    return new RegExp(
      `^${kind} \\S+ refused us with NOPERM: the user of \`${kind}.username\` may not .*; it needs .*\`${rule.replace(/[+&*|]/g, '\\$&')}\``,
    );
  };

  it.each(
    (['sentinel', 'node'] as const).flatMap((kind) => rulesOf(kind).map((rule) => [kind, rule] as const)),
  )(
    'are the least: on a %s, without `%s`, it is told what is missing, and welcome as soon as it is there',
    async (kind, rule) => {
      const rules = rulesOf(kind);
      await setUser(kind, 'reset', ...rules.filter((one) => one !== rule));
      try {
        await using resolver = quickResolver(options());
        await expect(resolver.master(within(20_000))).rejects.toMatchObject({
          code: 'AUTH_REFUSED',
          message: expect.stringMatching(complaint(kind, rule)) as string,
        });
        await setUser(kind, 'reset', ...rules);
        await eventually(() => expect(resolver.topology.verified).toBe(true));
      } finally {
        await setUser(kind, 'reset', ...rules);
      }
    },
  );

  it.each(['sentinel|master', 'sentinel|get-master-addr-by-name', 'sentinel|replicas', 'sentinel|sentinels'])(
    'that lose `+%s` while they are connected are told of it, once by each sentinel',
    async (command) => {
      await using resolver = quickResolver(options());
      const { events } = new Recorder(resolver);
      await resolver.master(within(20_000));
      await eventually(() =>
        expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
      );
      const refusedCount = async (): Promise<number> => {
        const logs = await Promise.all(cluster.sentinelHandles.map((one) => one.command('ACL', 'LOG')));
        // Each entry begins with how often: `count`, a number.
        const counts = logs.flatMap((log) => toList(log).map((entry) => Number(toList(entry)[1])));
        return counts.reduce((sum, count) => sum + count, 0);
      };
      await Promise.all(cluster.sentinelHandles.map((one) => one.command('ACL', 'LOG', 'RESET')));
      await setUser('sentinel', `-${command}`);
      try {
        // They were asked, and have refused, more than once each.
        await eventually(async () => expect(await refusedCount()).toBeGreaterThan(7));
        const refusal = (one: NodeAddress): string =>
          `AUTH_REFUSED: sentinel ${formatAddress(one)} refused us with NOPERM: the user of \`sentinel.username\` ` +
          `may not run ${command.toUpperCase().replace('|', ' ')}; it needs \`+${command}\``;
        const refusals = events.error.filter(({ code }) => code === 'AUTH_REFUSED');
        expect(refusals).toHaveLength(3);
        expect(new Set(refusals.map(({ code, message }) => `${code}: ${message}`))).toEqual(
          new Set(cluster.sentinels.map(refusal)),
        );
        // The master is fine, and says so itself.
        expect(resolver.topology).toMatchObject({ phase: 'following', verified: true });
      } finally {
        await setUser('sentinel', `+${command}`);
      }
    },
  );
});

it('an answer that is of no use is told once, however often it comes and in whatever words', async () => {
  await using master = await startFakeNode({ host: loopback });
  await using fake = await startFakeSentinel({ host: loopback, master: addressOnly(master) });
  await using resolver = quickResolver({ sentinels: [fake] });
  const { events } = new Recorder(resolver);
  await resolver.master(within(20_000));
  let asked = 0;
  fake.reply('sentinel replicas', () => `-ERR no luck ${++asked}\r\n`);
  await eventually(() => expect(asked).toBeGreaterThan(4));
  expect(events.error.map(({ code, message }) => [code, message])).toEqual([
    [
      'PROTOCOL_ERROR',
      `sentinel ${formatAddress(fake)} gave no usable answer about \`mymaster\`: ERR no luck 1`,
    ],
  ]);
  expect(at(events.sentinel, -1).state).toBe('connected');
});
