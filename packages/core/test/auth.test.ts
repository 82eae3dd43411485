import {
  eventually,
  startCluster,
  startFakeNode,
  startFakeSentinel,
  type Cluster,
} from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatAddress, type ResolverOptions } from '../src/index.ts';
import { addressOnly, at, leaveNothingBehind, loopback, overdue, quickResolver, within } from './support.ts';
import { userLine } from './rights.ts';

leaveNothingBehind();

const sentinel = { username: 'watcher', password: 'sentinel-secret' };
const node = { username: 'app', password: 'node-secret' };

describe('ACL users', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      ...{ replicas: 1, sentinels: 3 },
      sentinelUsers: ['user default off', userLine('sentinel', sentinel.username, sentinel.password)],
      nodeUsers: ['user default off', userLine('node', node.username, node.password)],
    });
  });
  afterAll(() => cluster.stop());

  const options = (): ResolverOptions => ({ name: 'mymaster', sentinels: cluster.sentinels, sentinel, node });

  it('are enough to find the master and to get a socket', async () => {
    await using resolver = quickResolver(options());
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(await cluster.master()));
    const socket = await resolver.connect(within(20_000));
    const answer = new Promise((resolve) => socket.once('data', (bytes: Buffer) => resolve(String(bytes))));
    socket.write('*1\r\n$4\r\nROLE\r\n');
    expect(await answer).toMatch(/^\*3\r\n\$6\r\nmaster\r\n/);
    socket.destroy();
  });

  const wrong = { password: 'wrong' };
  it.each<[string, Partial<ResolverOptions>, RegExp]>([
    [
      'no password for sentinels',
      { sentinel: {} },
      /^sentinel \S+ refused us with NOAUTH: check `sentinel.username` and `sentinel.password`/,
    ],
    [
      'a wrong one',
      { sentinel: { ...sentinel, ...wrong } },
      /^sentinel \S+ refused us with WRONGPASS: check `sentinel/,
    ],
    [
      'a wrong user',
      { sentinel: { ...sentinel, username: 'nobody' } },
      /^sentinel \S+ refused us with WRONGPASS: /,
    ],
    [
      'a password without its user',
      { sentinel: { password: sentinel.password } },
      /^sentinel \S+ refused us with WRONGPASS: /,
    ],
    [
      'no password for nodes',
      { node: {} },
      /^node \S+ refused us with NOAUTH: check `node.username` and `node.password`/,
    ],
    ['a wrong one', { node: { ...node, ...wrong } }, /^node \S+ refused us with WRONGPASS: check `node/],
    ['a wrong user', { node: { ...node, username: 'nobody' } }, /^node \S+ refused us with WRONGPASS: /],
    [
      'a password without its user',
      { node: { password: node.password } },
      /^node \S+ refused us with WRONGPASS: /,
    ],
  ])('%s is told at once', async (_, credentials, message) => {
    await using resolver = quickResolver({ ...options(), ...credentials });
    const { signal } = within(20_000);
    const error: unknown = await resolver.master({ signal }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'AUTH_REFUSED', message: expect.stringMatching(message) as string });
    expect(signal.aborted).toBe(false);
    await expect(resolver.connect({ signal })).rejects.toMatchObject({ code: 'AUTH_REFUSED' });
  });
});

describe('passwords of the default user', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      ...{ replicas: 0, sentinels: 1 },
      sentinelPassword: 'sentinel-secret',
      nodePassword: 'node-secret',
    });
  });
  afterAll(() => cluster.stop());

  it.each<[string, Partial<ResolverOptions>]>([
    ['alone', { sentinel: { password: 'sentinel-secret' }, node: { password: 'node-secret' } }],
    [
      'with its name',
      {
        sentinel: { username: 'default', password: 'sentinel-secret' },
        node: { username: 'default', password: 'node-secret' },
      },
    ],
  ])('are taken %s', async (_, credentials) => {
    await using resolver = quickResolver({ sentinels: cluster.sentinels, ...credentials });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(await cluster.master()));
  });

  it.each(['sentinel-secret@', ':sentinel-secret@', 'default:sentinel-secret@'])(
    'are taken from a URL: %s',
    async (auth) => {
      const { host, port } = at(cluster.sentinels, 0);
      await using resolver = quickResolver({
        name: undefined,
        sentinels: `redis+sentinel://${auth}${host}:${port}/mymaster`,
        node: { password: 'node-secret' },
      });
      expect(await resolver.master(within(20_000))).toEqual(addressOnly(await cluster.master()));
    },
  );

  it('that are wrong are told at once', async () => {
    const right = { sentinel: { password: 'sentinel-secret' }, node: { password: 'node-secret' } };
    for (const kind of ['sentinel', 'node'] as const) {
      await using resolver = quickResolver({
        ...{ sentinels: cluster.sentinels, ...right },
        [kind]: { password: 'wrong' },
      });
      await expect(resolver.master(within(20_000))).rejects.toMatchObject({
        code: 'AUTH_REFUSED',
        message: expect.stringMatching(new RegExp(`^${kind} \\S+ refused us with WRONGPASS`)) as string,
      });
    }
  });
});

describe('passwords that nobody asked for', () => {
  it('are told where the node says so', async () => {
    await using cluster = await startCluster({ replicas: 0, sentinels: 1 });
    await using resolver = quickResolver({ sentinels: cluster.sentinels, node: { password: 'node-secret' } });
    await expect(resolver.master(within(20_000))).rejects.toMatchObject({
      code: 'AUTH_REFUSED',
      message: expect.stringMatching(
        /^node \S+ refused us with ERR: check `node.username` and `node.password`/,
      ) as string,
    });
  });
});

describe('sentinels that know no HELLO', () => {
  it.each([
    ['a password', { password: 'sentinel-secret' }],
    ['a user', { username: 'watcher', password: 'sentinel-secret' }],
  ])('are given %s on both connections', async (_, credentials) => {
    await using master = await startFakeNode({ host: loopback });
    await using fake = await startFakeSentinel({
      host: loopback,
      protocol: 2,
      ...credentials,
      master: addressOnly(master),
    });
    await using resolver = quickResolver({ sentinels: [fake], sentinel: credentials });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(master));
    await eventually(() =>
      expect(
        fake.received.filter(({ args }) => args[0] === 'AUTH').map(({ connection }) => connection),
      ).toEqual([1, 2]),
    );
  });

  it.each([
    ['none', {}, 'NOAUTH'],
    ['a wrong one', { password: 'wrong' }, 'WRONGPASS'],
  ])('and refuse %s say so', async (_, credentials, code) => {
    await using fake = await startFakeSentinel({ host: loopback, protocol: 2, password: 'sentinel-secret' });
    await using resolver = quickResolver({ sentinels: [fake], sentinel: credentials });
    await expect(resolver.master(within(20_000))).rejects.toMatchObject({
      code: 'AUTH_REFUSED',
      message: `sentinel ${formatAddress(fake)} refused us with ${code}: check \`sentinel.username\` and \`sentinel.password\``,
    });
  });
});

it.each([
  ['hello', '-ERR max number of clients reached\r\n', 'ERR max number of clients reached'],
  ['hello', "-ERR what is 'default sentinel-secret'?\r\n", "ERR what is 'default ***'?"],
])(
  'a sentinel that is not in the mood (%s: %s) is no refusal, and its words are given without our password',
  async (command, reply, said) => {
    await using fake = await startFakeSentinel({ host: loopback, password: 'sentinel-secret' });
    fake.reply(command, reply);
    await using resolver = quickResolver({ sentinels: [fake], sentinel: { password: 'sentinel-secret' } });
    await eventually(() =>
      expect(resolver.master(overdue())).rejects.toMatchObject({
        code: 'SENTINELS_UNREACHABLE',
        message: expect.stringContaining(`let us not in: ${said} (the caller's`) as string,
      }),
    );
  },
);
