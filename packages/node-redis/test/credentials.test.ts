import { createResolver, type Credentials, type Resolver } from '@switchmaster/core';
import {
  eventually,
  startCluster,
  whileAwake,
  Writer,
  type Cluster,
  type Reply,
} from '@switchmaster/testing';
import * as redis from 'redis';
import * as redis5 from 'redis5';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Library } from '../src/following.ts';
import { follow } from './harness.ts';

const libraries: [name: string, library: Library][] = [
  ['node-redis 6', redis],
  ['node-redis 5', redis5],
];

describe.each(libraries)('%s: credentials that change', (_, library) => {
  let cluster: Cluster;
  let resolver: Resolver;
  let current: Credentials = { username: 'app', password: 'first' };
  let asked = 0;

  beforeAll(async () => {
    cluster = await startCluster({
      replicas: 1,
      nodeUsers: ['user default off', 'user app on >first ~* &* +@all'],
    });
    resolver = createResolver({
      ...{ name: cluster.name, sentinels: cluster.sentinels },
      node: {
        credentials: () => {
          asked += 1;
          return current;
        },
      },
    });
  });
  afterAll(async () => {
    await resolver.close();
    await cluster.stop();
  });

  const onNodes = (...command: string[]): Promise<Reply[]> =>
    Promise.all(cluster.nodes.map((node) => node.command(...command)));

  test('rotate while it writes: each connection has those of its day, and nothing is lost', () =>
    whileAwake(async () => {
      const client = follow(library, resolver);
      const errors: Error[] = [];
      client.on('error', (error: Error) => errors.push(error));
      await client.connect();
      const { password: old = '' } = current;
      const fresh = `${old}-and-later`;
      const writer = new Writer({
        set: (key, value) => client.set(key, value),
        perSecond: 200,
        prefix: `${fresh}:`,
      });
      writer.start();
      await writer.more(20);
      await onNodes('ACL', 'SETUSER', 'app', `>${fresh}`);
      current = { username: 'app', password: fresh };
      await onNodes('ACL', 'SETUSER', 'app', `<${old}`);
      // The connection that was made with the old one lives on; the next one has the new one.
      await writer.more(20);
      const askedBefore = asked;
      await onNodes('CLIENT', 'KILL', 'USER', 'app');
      await writer.more(20);
      expect(asked).toBeGreaterThan(askedBefore);
      // What was on its way when the connection was killed is rejected, as ever.
      const { failed } = writer;
      const before = await cluster.master();
      await cluster.failover();
      const master = await cluster.masterAfter(before);
      await eventually(() => expect(resolver.topology.master?.port).toBe(master.port));
      await writer.more(20);
      await writer.stop();
      const read = async (keys: readonly string[]): Promise<(string | null)[]> =>
        (await master.command('MGET', ...keys)) as (string | null)[];
      expect(await writer.check(read)).toMatchObject({ lost: 0, failed, hung: 0 });
      expect(errors.map(({ message }) => message).join()).not.toMatch(/WRONGPASS|NOAUTH|refused us/);
      expect(await client.sendCommand(['ACL', 'WHOAMI'])).toBe('app');
      client.destroy();
    }));

  test("node-redis' own provider is asked by node-redis at every connection, beside that of the resolver", async () => {
    let askedByClient = 0;
    const credentialsProvider = {
      type: 'async-credentials-provider',
      credentials: async () => {
        askedByClient += 1;
        return await Promise.resolve(current);
      },
    };
    const client = follow(library, resolver, { credentialsProvider });
    client.on('error', () => {});
    await client.connect();
    expect(askedByClient).toBe(1);
    await onNodes('CLIENT', 'KILL', 'USER', 'app');
    await eventually(() => expect(askedByClient).toBe(2));
    await eventually(async () => expect(await client.sendCommand(['ACL', 'WHOAMI'])).toBe('app'));
    client.destroy();
  });
});
