import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { eventually, selfSignedCertificate, startCluster, type Cluster } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createClientFactory,
  createResolver,
  createSentinelSet,
  type ResolverOptions,
} from '../src/index.ts';
import {
  leaveNothingBehind,
  nodeRights,
  quick,
  Recorder,
  sentinelRights,
  startServer,
  within,
} from './support.ts';

leaveNothingBehind();

const secrets = {
  sentinelUser: 'sentinel-user-e5a1',
  sentinelPassword: 'sentinel-password-7c02',
  nodeUser: 'node-user-91bb',
  nodePassword: 'node-password-d4f3',
  passphrase: 'passphrase-58aa',
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
        `user ${secrets.sentinelUser} on >${secrets.sentinelPassword} &* -@all ${sentinelRights.join(' ')}`,
      ],
      nodeUsers: [
        'user default off',
        `user ${secrets.nodeUser} on >${secrets.nodePassword} -@all ${nodeRights.join(' ')}`,
      ],
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
    unsubscribe('switchmaster:sentinel', onMessage);
    unsubscribe('switchmaster:switch', onMessage);
    const seen = [resolver, resolver.topology, clients, events, told, ...results];
    expect(told.length).toBeGreaterThan(0);
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
    await Promise.all([shared.master(within(5000)), own.master(within(5000))]);
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
    await using resolver = createResolver({
      name: 'mymaster',
      sentinels: ['127.0.0.1:1'],
      sentinel: { tls: { key, cert, ca } },
    });
    const error: unknown = await resolver.master(within(50)).catch((reason: unknown) => reason);
    expect([resolver, error, resolver.topology].map(printed).join()).not.toContain('PRIVATE KEY');
  });
});
