import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { eventually, selfSignedCertificate, startCluster, type Cluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createClientFactory,
  createResolver,
  createSentinelSet,
  type Credentials,
  type ResolverOptions,
} from '../src/index.ts';
import {
  at,
  leaveNothingBehind,
  overdue,
  quick,
  Recorder,
  startFakes,
  startServer,
  within,
} from './support.ts';
import { userLine } from './rights.ts';

leaveNothingBehind();

const secrets = {
  sentinelUser: 'sentinel-user-e5a1',
  sentinelPassword: 'sentinel-password-7c02',
  nodeUser: 'node-user-91bb',
  nodePassword: 'node-password-d4f3',
  passphrase: 'passphrase-58aa',
  // As a provider gives them.
  token: 'eyJ-token-0c9d',
  oldToken: 'eyJ-token-b7e2',
};
const sentinel = { username: secrets.sentinelUser, password: secrets.sentinelPassword };
const node = { username: secrets.nodeUser, password: secrets.nodePassword };

/** Everything about it that is printed in any way. */
function printed(value: unknown): string {
  const json =
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one)) ?? '';
  const shown = inspect(value, {
    depth: Infinity,
    showHidden: true,
    maxArrayLength: Infinity,
    maxStringLength: Infinity,
  });
  return `${json}\n${shown}\n${value instanceof Error ? value.stack : String(value)}`;
}

function leaked(values: readonly unknown[]): string[] {
  const text = values.map(printed).join('\n');
  // As they are, and as a URL or base64 would have them.
  return Object.entries(secrets).flatMap(([name, secret]) =>
    [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(0, -4)].some((form) =>
      text.includes(form),
    )
      ? [name]
      : [],
  );
}

it('the search finds what is there', () => {
  expect(leaked([{ deep: [{ in: new Error(`x ${secrets.nodePassword} y`) }] }])).toEqual(['nodePassword']);
  expect(leaked([new Map([[Symbol('x'), { y: secrets.sentinelUser }]])])).toEqual(['sentinelUser']);
});

describe('no secret is in anything that is told or printed', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      ...{ replicas: 1, sentinels: 1 },
      sentinelUsers: [
        'user default off',
        userLine('sentinel', secrets.sentinelUser, secrets.sentinelPassword),
      ],
      nodeUsers: ['user default off', userLine('node', secrets.nodeUser, secrets.nodePassword)],
    });
  });
  afterAll(() => cluster.stop());

  const cases: Record<string, () => Partial<ResolverOptions>> = {
    'all is well': () => ({ sentinel, node }),
    'sentinels refuse the password': () => ({ sentinel: { ...sentinel, username: 'nobody' }, node }),
    'nodes refuse the password': () => ({ sentinel, node: { ...node, username: 'nobody' } }),
    'a node is taken for a sentinel': () => ({
      sentinels: cluster.nodes.map(({ host, port }) => ({ host, port })),
      sentinel: node,
      node,
    }),
    'TLS is spoken to a plain port': () => ({
      sentinel: { ...sentinel, tls: { passphrase: secrets.passphrase } },
      node,
      connectTimeoutMs: 100,
    }),
    'providers give them, and are refused': () => ({
      sentinel: { credentials: () => ({ username: secrets.sentinelUser, password: secrets.token }) },
      node: { credentials: () => Promise.resolve({ password: secrets.token }) },
    }),
    'providers give them, and nodes refuse them': () => ({
      sentinel: { credentials: () => sentinel },
      node: { credentials: () => ({ username: secrets.nodeUser, password: secrets.oldToken }) },
    }),
    'providers give something else': () => ({
      sentinel: { credentials: () => secrets.token as unknown as Credentials },
      node: { credentials: () => [secrets.token] as unknown as Credentials },
    }),
    'providers give half of it': () => ({
      sentinel: { credentials: () => ({ username: secrets.token }) },
      node: { credentials: () => ({ username: secrets.oldToken, password: 5 as unknown as string }) },
    }),
    'nobody is there': () => ({ sentinels: ['127.0.0.1:1'], sentinel, node }),
  };

  it.each(Object.keys(cases))('where %s', async (situation) => {
    const told: unknown[] = [];
    const onMessage = (message: unknown): void => void told.push(message);
    subscribe('switchmaster:sentinel', onMessage);
    subscribe('switchmaster:switch', onMessage);
    const options = { name: 'mymaster', ...quick, sentinels: cluster.sentinels, ...cases[situation]?.() };
    await using resolver = createResolver(options);
    const { events } = new Recorder(resolver);
    const clients = createClientFactory(resolver, { create: (address) => address, close: () => {} });
    const results = [
      await resolver.master(within(300)).catch((error: unknown) => error),
      await resolver.connect(within(300)).then(
        (socket) => socket.destroy(),
        (error: unknown) => error,
      ),
      await clients.get(within(300)).catch((error: unknown) => error),
    ].filter((result) => result instanceof Error || (result as { host?: unknown }).host !== undefined);
    await eventually(() => expect(told).not.toEqual([]));
    unsubscribe('switchmaster:sentinel', onMessage);
    unsubscribe('switchmaster:switch', onMessage);
    const seen = [resolver, resolver.topology, clients, events, told, ...results];
    expect(leaked(seen)).toEqual([]);
    await clients.close();
  });

  it('where a set is shared, or made from a URL', async () => {
    const { sentinelUser, sentinelPassword } = secrets;
    const hosts = cluster.sentinels.map(({ host, port }) => `${host}:${port}`).join();
    const url = `redis+sentinel://${sentinelUser}:${sentinelPassword}@${hosts}/mymaster`;
    await using set = createSentinelSet({ sentinels: url });
    await using shared = createResolver({ name: 'mymaster', sentinels: set, node });
    await using own = createResolver({ sentinels: url, node });
    await Promise.all([shared.master(within(20_000)), own.master(within(20_000))]);
    expect(leaked([set, set.sentinels, shared, own, shared.topology])).toEqual([]);
  });

  it('where options are refused', () => {
    const attempt = (options: object): unknown => {
      try {
        return createResolver(options as ResolverOptions);
      } catch (error) {
        return error;
      }
    };
    const errors = [
      attempt({ name: 'mymaster', sentinels: [], sentinel, node }),
      attempt({ name: 'mymaster', sentinels: ['s1'], sentinel: secrets.sentinelPassword }),
      attempt({
        name: 'mymaster',
        sentinels: `redis://${secrets.sentinelUser}:${secrets.sentinelPassword}@s1`,
      }),
      attempt({
        name: 'mymaster',
        sentinels: ['s1'],
        node: { ...node, tls: { key: 'x', passphrase: secrets.passphrase } },
      }),
    ];
    expect(errors.every((error) => error instanceof Error)).toBe(true);
    expect(leaked(errors)).toEqual([]);
  });

  it('where options are refused that have them in an odd place', () => {
    const { sentinelUser: user, sentinelPassword: password, token, passphrase } = secrets;
    const wrong: unknown[] = [
      { sentinels: [`redis://${user}:${password}@s1:26379`] },
      { sentinels: [{ host: `redis://${user}:${password}@s1`, port: 26379 }] },
      { sentinels: `redis+sentinel://${user}:${password}` },
      { sentinels: `redis+sentinel://${user}:${password}@s1:port/mymaster` },
      { sentinels: `https://${user}:${password}@s1/mymaster` },
      { sentinels: { url: password } },
      { sentinels: ['s1'], sentinel: { username: user, password: [password] } },
      { sentinels: ['s1'], sentinel: { password: { value: password } } },
      { sentinels: ['s1'], sentinel: { password: () => token } },
      { sentinels: ['s1'], sentinel: { credentials: token } },
      { sentinels: ['s1'], sentinel: { credentials: () => ({ password: token }), password } },
      { sentinels: ['s1'], node: { tls: { key: 'x', passphrase: [passphrase] } } },
      { sentinels: ['s1'], node: { tls: { key: 'x', passphrase } } },
    ];
    const errors = wrong.map((options) => {
      try {
        return createResolver({ name: 'mymaster', ...(options as ResolverOptions) });
      } catch (error) {
        return error;
      }
    });
    expect(errors.map((error) => (error as { code?: string }).code)).toEqual(
      Array(wrong.length).fill('INVALID_OPTION'),
    );
    expect(leaked(errors)).toEqual([]);
  });

  it.each<[what: string, answer: (password: string) => string]>([
    ['as an error', (password) => `-ERR you said ${password}\r\n`],
    ['as the code of an error', (password) => `-${password} is wrong, auth failed\r\n`],
    ['where an answer should be', (password) => `*1\r\n-${password} ${password}\r\n`],
    ['as no RESP', (password) => `${password}\r\n`],
    ['cut off, as no RESP', (password) => `x${password.slice(0, 15)}`],
    ['as an integer', (password) => `:${password}\r\n`],
  ])('where a server repeats the password (%s), to whatever question', async (_, answer) => {
    for (const command of ['sentinel myid', 'sentinel master', 'sentinel sentinels', 'subscribe', 'role']) {
      await using fakes = await startFakes({
        ...{ sentinels: 1, sentinel: { password: secrets.sentinelPassword } },
        node: { password: secrets.nodePassword },
      });
      at(fakes.sentinels, 0).reply(command, answer(secrets.sentinelPassword));
      fakes.master.reply(command, answer(secrets.nodePassword));
      await using resolver = createResolver({
        ...{ name: 'mymaster', ...quick, sentinels: fakes.addresses },
        sentinel: { password: secrets.sentinelPassword },
        node: { credentials: () => ({ password: secrets.nodePassword }) },
      });
      const { events } = new Recorder(resolver);
      const error: unknown = await resolver.master(within(150)).catch((reason: unknown) => reason);
      const seen = [error, events, resolver.topology, resolver];
      expect({ command, leaked: leaked(seen) }).toEqual({ command, leaked: [] });
    }
  });

  it.each(['HELLO', 'AUTH', 'ROLE'])('where a server repeats what it was sent (%s)', async (command) => {
    await using echo = await startServer((socket) =>
      socket.on('data', (bytes: Buffer) => {
        const said = String(bytes).replace(/\r\n/g, ' ');
        const known = command !== 'HELLO' && said.includes('HELLO');
        socket.write(known ? "-ERR unknown command 'HELLO'\r\n" : `-ERR what is ${said}?\r\n`);
      }),
    );
    await using resolver = createResolver({ name: 'mymaster', ...quick, sentinels: [echo], sentinel, node });
    const { events } = new Recorder(resolver);
    const error: unknown = await resolver.master(within(200)).catch((reason: unknown) => reason);
    await eventually(() => expect(events.error.length).toBeGreaterThan(0));
    expect(leaked([error, events, resolver.topology])).toEqual([]);
  });

  it('where certificates and keys are given', async () => {
    const { key, cert, ca } = selfSignedCertificate();
    const told: unknown[] = [];
    const onMessage = (message: unknown): void => void told.push(message);
    subscribe('switchmaster:sentinel', onMessage);
    await using resolver = createResolver({
      name: 'mymaster',
      sentinels: ['127.0.0.1:1'],
      sentinel: { tls: { key, cert, ca } },
    });
    await eventually(() => expect(told).not.toEqual([]));
    unsubscribe('switchmaster:sentinel', onMessage);
    const error: unknown = await resolver.master(overdue()).catch((reason: unknown) => reason);
    const seen = [resolver, error, resolver.topology, told].map(printed).join();
    const [, ofKey = ''] = key.split('\n');
    expect(ofKey.length).toBeGreaterThan(20);
    for (const part of ['PRIVATE KEY', ofKey]) expect(seen).not.toContain(part);
  });
});
