import { type Cluster, type ClusterNode, eventually, startCluster, until } from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findings, leaveNothingBehind, of, optionsFor, survey, titles } from './doctor-support.ts';

leaveNothingBehind();

/* Faults that come one after the other, on one deployment; the last ones are not mended. */
let cluster: Cluster;
let master: ClusterNode;
let replicas: readonly ClusterNode[];

beforeAll(async () => {
  const nodeConfig = { appendonly: 'yes', 'min-replicas-to-write': '1' };
  cluster = await startCluster({ addressing: 'hosts', nodeConfig, failoverTimeoutMs: 5000 });
  master = await cluster.master();
  replicas = await cluster.replicas();
});
afterAll(() => cluster.stop());

const fine = (): Promise<void> =>
  eventually(async () => expect(await findings(cluster)).toEqual([]), {
    timeoutMs: 30_000,
    what: 'no finding',
  });

describe('replication', () => {
  it('a replica that follows another replica', async () => {
    const [one, other] = replicas;
    await one?.command('REPLICAOF', other?.host ?? '', other?.port ?? 0);
    const [finding] = of('wrong-master', await findings(cluster));
    expect(finding).toMatchObject({ severity: 'warning', about: [one?.address] });
    expect(finding?.what).toContain(other?.address);
    await one?.command('REPLICAOF', master.host, master.port);
    await fine();
  });

  it('a second master', async () => {
    const [one] = replicas;
    await one?.command('REPLICAOF', 'NO', 'ONE');
    const [finding] = of('stale-master', await findings(cluster));
    expect(finding).toMatchObject({ severity: 'problem', about: [one?.address] });
    await one?.command('REPLICAOF', master.host, master.port);
    await fine();
  });

  it('replicas that have lost their master', async () => {
    const [one] = replicas;
    await one?.command('CONFIG', 'SET', 'masteruser', 'nobody', 'masterauth', 'wrong');
    await one?.command('CLIENT', 'KILL', 'TYPE', 'master');
    await eventually(async () =>
      expect(of('replica-link', await findings(cluster))).toMatchObject([
        { severity: 'warning', about: [one?.address] },
      ]),
    );
    const [denied] = of('server-rights', await findings(cluster));
    expect(denied?.what).toContain("The user 'nobody' of its replicas may not run");
    await one?.command('CONFIG', 'SET', 'masteruser', '', 'masterauth', '');
    await fine();
  });

  it('a replica that hangs is behind', async () => {
    const [one] = replicas;
    await cluster.freeze(one?.address ?? '');
    try {
      const megabyte = 'x'.repeat(1024 * 1024);
      for (let i = 0; i < 12; i++) await master.command('SET', `large-${i}`, megabyte);
      await eventually(async () => {
        const [finding] = of('replica-lag', await findings(cluster));
        expect(finding?.severity).toBe('warning');
        // On a busy machine the other one may be late as well.
        expect(finding?.about).toContain(one?.address);
        expect(finding?.what).toMatch(new RegExp(`${one?.address} is 1[12](\\.\\d)? MB behind`));
      });
    } finally {
      await cluster.thaw(one?.address ?? '');
    }
    await fine();
  });
});

describe('addresses', () => {
  const elsewhere =
    (address: string) =>
    (announced: { host: string; port: number }): { host: string; port: number } =>
      `${announced.host}:${announced.port}` === address ? { host: '127.0.0.1', port: 1 } : announced;

  it('an announced address that the sentinels reach and we do not, of a replica, the master, a sentinel', async () => {
    const found = async (address = ''): Promise<unknown[]> =>
      of('unreachable-address', await findings(cluster, { mapAddress: elsewhere(address) }));
    expect(await found(replicas[0]?.address)).toMatchObject([
      { severity: 'warning', about: [replicas[0]?.address] },
    ]);
    expect(await found(master.address)).toMatchObject([{ severity: 'problem', about: [master.address] }]);
    const sentinel = cluster.sentinelHandles[1]?.address;
    expect(await found(sentinel)).toMatchObject([{ severity: 'warning', about: [sentinel] }]);
  });

  it('a sentinel that is announced under an address which we do not reach', async () => {
    const [first] = cluster.sentinelHandles;
    const given = { host: 'localhost', port: 26_379 };
    const found = await findings(
      { name: cluster.name, sentinels: [given] },
      {
        mapAddress: (address) =>
          address.host === given.host
            ? { host: first?.host ?? '', port: first?.port ?? 0 }
            : elsewhere(first?.address ?? '')(address),
      },
    );
    expect(of('unreachable-address', found)).toMatchObject([
      { severity: 'warning', about: [first?.address] },
    ]);
  });

  it('a replica that is down for everybody', async () => {
    const [one] = replicas;
    await cluster.kill(one?.address ?? '');
    await eventually(async () =>
      expect(of('node-down', await findings(cluster))).toMatchObject([
        { severity: 'warning', about: [one?.address] },
      ]),
    );
    await cluster.restart(one?.address ?? '');
    await fine();
  });
});

describe('failovers', () => {
  it('a failover that is under way, and an old master that has come back as one', async () => {
    await cluster.failover();
    await eventually(async () =>
      expect(titles(await findings(cluster))).toContain('warning failover-under-way'),
    );
    await cluster.masterAfter(master);
    expect(of('stale-master', await findings(cluster))).toMatchObject([
      { severity: 'problem', about: [master.address] },
    ]);
    master = await cluster.master();
  });

  it('a sentinel that has missed a failover', async () => {
    const { address } = cluster.sentinelHandles[2] ?? {};
    // The others tell it within two seconds, perhaps before the doctor has asked: then it forgets once more.
    await eventually(async () => {
      await cluster.sentinelCommand(2, 'SENTINEL', 'REMOVE', cluster.name);
      await cluster.sentinelCommand(2, 'SENTINEL', 'MONITOR', cluster.name, master.host, master.port, 2);
      const found = of('config-epoch', await findings(cluster));
      expect(found).toMatchObject([{ severity: 'warning', about: [address] }]);
    });
  });
});

describe('sentinels', () => {
  it('a sentinel that was not run for seconds is in TILT mode', async () => {
    await cluster.freeze(cluster.sentinels[2] ?? '');
    // Two seconds make it doubt its clock; what the others last heard may be a second older.
    const frozen = cluster.sentinelHandles[2]?.host;
    await until(async () => {
      const { sentinels } = await survey(optionsFor(cluster));
      const rows = sentinels.flatMap(({ peers }) => peers).filter((row) => row.get('ip') === frozen);
      return rows.some((row) => Number(row.get('last-ok-ping-reply')) > 3500);
    });
    await cluster.thaw(cluster.sentinels[2] ?? '');
    await eventually(async () =>
      expect(of('tilt', await findings(cluster))).toMatchObject([
        { severity: 'problem', about: [cluster.sentinelHandles[2]?.address] },
      ]),
    );
  });

  it('an even number of them, and one that is gone and still counted', async () => {
    const extra = await cluster.addSentinel();
    expect(of('sentinel-count', await findings(cluster))).toMatchObject([{ severity: 'note' }]);
    await cluster.stopSentinel(extra.address);
    await eventually(async () =>
      expect(of('leftover-sentinel', await findings(cluster))).toMatchObject([{ about: [extra.address] }]),
    );
  });

  it('a majority that is out of sight', async () => {
    await cluster.stopSentinel(1);
    await cluster.stopSentinel(2);
    await eventually(async () => {
      const found = await findings(cluster);
      expect(of('quorum', found)).toMatchObject([{ severity: 'problem' }]);
      expect(of('ckquorum', found)).toMatchObject([{ about: [cluster.sentinelHandles[0]?.address] }]);
    });
  });
});

it('one host for all, too few sentinels, no replica, and a sentinel that nobody knows', async () => {
  await using small = await startCluster({ replicas: 0, sentinels: 2 });
  const stranger = { host: '127.0.0.1', port: 1 };
  const found = await findings({ name: small.name, sentinels: [...small.sentinels, stranger] });
  const expected = [
    'problem no-replica',
    'warning persistence',
    'warning single-host',
    'warning leftover-sentinel',
  ];
  expect(titles(found)).toEqual(expect.arrayContaining(expected));
  expect(of('leftover-sentinel', found)[0]?.about).toEqual(['127.0.0.1:1']);
  expect(titles(await findings(small))).toContain('problem sentinel-count');
});
