import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { startCluster } from './cluster.ts';
import { toList, toText } from './resp.ts';

const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

test('a name that all announce', async () => {
  await using cluster = await startCluster({ hostname: 'localhost', replicas: 1 });
  const old = await cluster.master();
  expect(old.address).toBe(`localhost:${old.port}`);
  const named = toList(await cluster.sentinelCommand(0, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', cluster.name));
  expect(named.map(toText)).toEqual(['localhost', String(old.port)]);
  await cluster.failover();
  expect((await cluster.masterAfter(old)).host).toBe('localhost');
});

test.runIf(hasIPv6)('an address of IPv6', async () => {
  await using cluster = await startCluster({ host: '::1', replicas: 1 });
  const old = await cluster.master();
  expect(old.address).toBe(`[::1]:${old.port}`);
  await cluster.failover();
  await cluster.masterAfter(old);
});

test('with proxies, other ports are announced than those of the servers', async () => {
  await using cluster = await startCluster({ proxied: true, replicas: 1, sentinels: 1 });
  const master = await cluster.master();
  const [port, announced] = await Promise.all(
    ['port', 'replica-announce-port'].map(async (name) =>
      Number(toList(await master.command('CONFIG', 'GET', name))[1]),
    ),
  );
  expect(port).not.toBe(master.port);
  expect(announced).toBe(master.port);
});

test.each([
  [{ host: '::1', proxied: true }, /^host is for/],
  [{ host: '::1', addressing: 'hosts' }, /^host is for/],
  [{ hostname: 'localhost', addressing: 'hosts' }, /^hostname is one for all/],
] as const)('%o go not together', async (options, message) => {
  await expect(startCluster(options)).rejects.toThrow(message);
});
