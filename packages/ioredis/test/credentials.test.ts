import { createResolver, type Credentials, type Resolver } from '@switchmaster/core';
import {
  eventually,
  startCluster,
  whileAwake,
  Writer,
  type Cluster,
  type Reply,
} from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedis } from '../src/index.ts';
import { libraries } from './harness.ts';
import { tend } from './support.ts';

describe.each(libraries)('%s: credentials that change', (_, client) => {
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
      const redis = tend(createRedis(resolver, { client }));
      const { password: old = '' } = current;
      const fresh = `${old}-and-later`;
      const writer = new Writer({
        set: (key, value) => redis.set(key, value),
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
      const before = await cluster.master();
      await cluster.failover();
      const master = await cluster.masterAfter(before);
      await eventually(() => expect(resolver.topology.master?.port).toBe(master.port));
      await writer.more(20);
      await writer.stop();
      const read = async (keys: readonly string[]): Promise<(string | null)[]> =>
        (await master.command('MGET', ...keys)) as (string | null)[];
      expect(await writer.check(read)).toMatchObject({ lost: 0, failed: 0, hung: 0 });
      expect(redis.errors.map(({ message }) => message).join()).not.toMatch(/WRONGPASS|NOAUTH|refused us/);
      expect(await redis.call('ACL', 'WHOAMI')).toBe('app');
    }));
});
