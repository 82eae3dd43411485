import {
  type Cluster,
  eventually,
  selfSignedCertificate,
  startCluster,
  startFakeNode,
} from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSentinelSet, createServers, ReplyError } from '../src/index.ts';
import { at, leaveNothingBehind, within } from './support.ts';

leaveNothingBehind();

const tls = selfSignedCertificate();
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ tls, nodePassword: 'secret', sentinelPassword: 'other' });
});
afterAll(() => cluster.stop());

function serversOf({ name, sentinels }: Cluster): ReturnType<typeof createServers> {
  const trusted = { ca: tls.ca };
  return createServers({
    ...{ name, sentinels, sentinel: { password: 'other', tls: trusted } },
    node: { password: 'secret', tls: trusted },
  });
}

describe('a connection to one server', () => {
  it('asks sentinels and nodes, each with their own credentials', async () => {
    const servers = serversOf(cluster);
    using sentinel = await servers.connect('sentinel', at(servers.sentinels, 0));
    expect(await sentinel.request('SENTINEL', 'CKQUORUM', servers.name)).toMatch(/^OK 3 usable/);
    using node = await servers.connect('node', at(cluster.nodes, 0));
    expect(await node.request('CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'no']);
    expect(node.certificate?.subjectaltname).toContain('127.0.0.1');
  });

  it('throws an error reply, and goes on', async () => {
    const servers = serversOf(cluster);
    using node = await servers.connect('node', at(cluster.nodes, 0));
    await expect(node.request('NONSENSE')).rejects.toBeInstanceOf(ReplyError);
    expect(await node.request('PING')).toBe('PONG');
  });

  it('hears what is published', async () => {
    const servers = serversOf(cluster);
    using listener = await servers.connect('node', at(cluster.nodes, 0));
    using speaker = await servers.connect('node', at(cluster.nodes, 0));
    const heard: string[] = [];
    await listener.subscribe(['news'], (channel, payload) => heard.push(`${channel}: ${payload}`));
    await speaker.request('PUBLISH', 'news', 'good');
    await eventually(() => expect(heard).toEqual(['news: good']));
  });

  it('says when it is gone, and is not dialled again', async () => {
    await using node = await startFakeNode();
    const servers = createServers({ name: 'm', sentinels: ['s1'] });
    using connection = await servers.connect('node', node);
    const gone = new Promise((resolve) => connection.onClose(resolve));
    node.dropConnections();
    await gone;
    await expect(connection.request('PING')).rejects.toMatchObject({ code: 'MASTER_UNREACHABLE' });
  });

  it('is not waited for longer than the deadlines allow', async () => {
    await using node = await startFakeNode();
    const servers = createServers({ name: 'm', sentinels: ['s1'], commandTimeoutMs: 50 });
    using connection = await servers.connect('node', node, within(20_000));
    node.hang();
    await expect(connection.request('PING')).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });
});

it('a shared set has no servers of its own to name', async () => {
  await using sentinels = createSentinelSet({ sentinels: ['127.0.0.1:1'] });
  expect(() => createServers({ name: 'm', sentinels })).toThrow('`sentinels`: expected addresses or a URL');
});
