import {
  type Cluster,
  type ClusterNode,
  connectRedis,
  eventually,
  startCluster,
} from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findings, leaveNothingBehind, of, titles } from './doctor-support.ts';

leaveNothingBehind();

/* One well-kept deployment. Each test spoils something, asks the doctor, and puts it right again. */
let cluster: Cluster;
let master: ClusterNode;

beforeAll(async () => {
  const nodeConfig = { appendonly: 'yes', 'min-replicas-to-write': '1' };
  cluster = await startCluster({ addressing: 'hosts', nodeConfig });
  master = await cluster.master();
  // What the replicas have not acknowledged yet would be a finding.
  await master.command('SET', 'key', 'value');
  await eventually(async () => (await findings(cluster)).length === 0);
});
afterAll(() => cluster.stop());

const sentinelSet =
  (which: readonly number[], setting: string) =>
  async (value: number): Promise<void> => {
    await Promise.all(
      which.map((i) => cluster.sentinelCommand(i, 'SENTINEL', 'SET', cluster.name, setting, value)),
    );
  };
const configSet = async (nodes: readonly ClusterNode[], parameter: string, value: string): Promise<void> => {
  await Promise.all(nodes.map((node) => node.command('CONFIG', 'SET', parameter, value)));
};
const all = [0, 1, 2];

it('finds nothing where nothing is wrong', async () => {
  expect(await findings(cluster)).toEqual([]);
});

describe('settings of the sentinels', () => {
  it.each([
    {
      which: all,
      setting: 'quorum',
      spoilt: 9,
      right: 2,
      found: ['problem ckquorum', 'problem ckquorum', 'problem ckquorum', 'problem quorum'],
    },
    { which: all, setting: 'quorum', spoilt: 1, right: 2, found: ['warning quorum'] },
    { which: [1], setting: 'quorum', spoilt: 3, right: 2, found: ['warning sentinel-settings'] },
    { which: [2], setting: 'parallel-syncs', spoilt: 2, right: 1, found: ['warning sentinel-settings'] },
    {
      which: all,
      setting: 'down-after-milliseconds',
      spoilt: 100,
      right: 1000,
      found: ['warning down-after'],
    },
    {
      which: all,
      setting: 'down-after-milliseconds',
      spoilt: 30_000,
      right: 1000,
      found: ['note down-after'],
    },
    {
      which: all,
      setting: 'failover-timeout',
      spoilt: 1000,
      right: 10_000,
      found: ['problem failover-timeout'],
    },
    {
      which: all,
      setting: 'failover-timeout',
      spoilt: 180_000,
      right: 10_000,
      found: ['warning failover-timeout'],
    },
  ])('$setting $spoilt at sentinels $which: $found', async ({ which, setting, spoilt, right, found }) => {
    const set = sentinelSet(which, setting);
    await set(spoilt);
    try {
      const diagnoses = await findings(cluster);
      expect(titles(diagnoses)).toEqual(found);
      expect(diagnoses.map(({ what }) => what).join(' ')).toContain(String(spoilt));
    } finally {
      await set(right);
    }
  });

  it('a sentinel that watches another master, or none, stands out', async () => {
    const [replica] = await cluster.replicas();
    await cluster.sentinelCommand(2, 'SENTINEL', 'REMOVE', cluster.name);
    const without = await findings(cluster);
    expect(titles(without)).toContain('problem name-unknown');
    expect(of('name-unknown', without)[0]?.about).toEqual([cluster.sentinelHandles[2]?.address]);

    const { host = '', port = 0 } = replica ?? {};
    await cluster.sentinelCommand(2, 'SENTINEL', 'MONITOR', cluster.name, host, port, 2);
    const astray = await findings(cluster);
    expect(titles(astray)).toEqual(
      expect.arrayContaining(['problem master-address', 'warning sentinel-peers']),
    );
    expect(of('master-address', astray)[0]?.what).toContain(replica?.address);

    await cluster.sentinelCommand(2, 'SENTINEL', 'REMOVE', cluster.name);
    await cluster.sentinelCommand(2, 'SENTINEL', 'MONITOR', cluster.name, master.host, master.port, 2);
    await sentinelSet([2], 'down-after-milliseconds')(1000);
    await sentinelSet([2], 'failover-timeout')(10_000);
    await eventually(async () => expect(await findings(cluster)).toEqual([]), { timeoutMs: 20_000 });
  });
});

describe('settings of the nodes', () => {
  it.each([
    {
      nodes: 'a replica',
      parameter: 'replica-priority',
      spoilt: '0',
      right: '100',
      found: 'note replica-priority',
    },
    {
      nodes: 'the replicas',
      parameter: 'replica-priority',
      spoilt: '0',
      right: '100',
      found: 'problem replica-priority',
    },
    {
      nodes: 'all',
      parameter: 'min-replicas-to-write',
      spoilt: '0',
      right: '1',
      found: 'warning min-replicas',
    },
    {
      nodes: 'a replica',
      parameter: 'min-replicas-to-write',
      spoilt: '3',
      right: '1',
      found: 'problem min-replicas',
    },
    {
      nodes: 'a replica',
      parameter: 'protected-mode',
      spoilt: 'yes',
      right: 'no',
      found: 'problem protected-mode',
    },
    { nodes: 'a replica', parameter: 'appendonly', spoilt: 'no', right: 'yes', found: 'warning persistence' },
  ])('$parameter $spoilt at $nodes: $found', async ({ nodes, parameter, spoilt, right, found }) => {
    const replicas = await cluster.replicas();
    const chosen =
      { all: cluster.nodes, 'the replicas': replicas, 'a replica': replicas.slice(0, 1) }[nodes] ?? [];
    await configSet(chosen, parameter, spoilt);
    try {
      const diagnoses = await findings(cluster);
      expect(titles(diagnoses)).toEqual([found]);
      expect(diagnoses[0]?.about.toSorted()).toEqual(chosen.map(({ address }) => address).toSorted());
    } finally {
      await configSet(chosen, parameter, right);
    }
  });

  it('nodes with a password need masterauth', async () => {
    // Whoever is in stays in.
    const inside = await Promise.all(cluster.nodes.map(({ host, port }) => connectRedis({ host, port })));
    const setPassword = (password: string): Promise<unknown> =>
      Promise.all(inside.map((node) => node.command('CONFIG', 'SET', 'requirepass', password)));
    await setPassword('secret');
    try {
      const diagnoses = await findings(cluster, { node: { password: 'secret' } });
      expect(titles(diagnoses)).toEqual(['problem master-auth']);
      expect(JSON.stringify(diagnoses)).not.toContain('secret');
    } finally {
      await setPassword('');
      for (const node of inside) node.close();
    }
  });
});

describe('rights', () => {
  it('a wrong password is a finding for each node', async () => {
    const node = { username: 'doctor', password: 'wrong' };
    const diagnoses = of('own-rights', await findings(cluster, { node }));
    expect(diagnoses.map(({ severity }) => severity)).toEqual(['problem', 'problem', 'problem']);
    expect(JSON.stringify(diagnoses)).not.toContain('wrong"');
  });

  it('what our user may not ask is said once, with the rights to give', async () => {
    const grant = [
      'ACL',
      'SETUSER',
      'doctor',
      'on',
      '>secret',
      'resetkeys',
      '-@all',
      '+role',
      '+info',
      '+acl',
    ];
    await Promise.all(cluster.nodes.map((node) => node.command(...grant)));
    const [finding, ...rest] = await findings(cluster, { node: { username: 'doctor', password: 'secret' } });
    await Promise.all(cluster.nodes.map((node) => node.command('ACL', 'DELUSER', 'doctor')));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ rule: 'own-rights', severity: 'note' });
    expect(finding?.todo).toContain('+client|list +config|get');
  });

  it("a right that the sentinels' user lacks on one node", async () => {
    await master.command('ACL', 'SETUSER', 'default', '-slaveof', '-psync');
    const diagnoses = await findings(cluster);
    await master.command('ACL', 'SETUSER', 'default', '+@all');
    expect(titles(diagnoses)).toEqual(['problem server-rights', 'problem server-rights']);
    expect(diagnoses.map(({ todo }) => todo).join(' ')).toMatch(
      /SETUSER default \+slaveof .* SETUSER default \+psync/,
    );
    expect(diagnoses[0]?.about).toEqual([master.address]);
  });
});
