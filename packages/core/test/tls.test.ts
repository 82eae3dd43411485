import { connect } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  eventually,
  selfSignedCertificate,
  startCluster,
  type Cluster,
  type ClusterTls,
} from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createResolver, formatAddress, type ResolverOptions, type ServerOptions } from '../src/index.ts';
import {
  addressOnly,
  ask,
  at,
  followFailover,
  leaveNothingBehind,
  overdue,
  quickResolver,
  startFakes,
  startServer,
  within,
} from './support.ts';

leaveNothingBehind();

describe('TLS everywhere', () => {
  let cluster: Cluster;
  let tls: ClusterTls;
  beforeAll(async () => {
    tls = selfSignedCertificate();
    cluster = await startCluster({
      ...{ tls, replicas: 1, sentinels: 3 },
      ...{ sentinelPassword: 'sentinel-secret', nodePassword: 'node-secret' },
    });
  });
  afterAll(() => cluster.stop());

  const options = (): ResolverOptions => ({
    sentinels: cluster.sentinels,
    sentinel: { password: 'sentinel-secret', tls: { ca: tls.ca } },
    node: { password: 'node-secret', tls: { ca: tls.ca } },
  });

  it('finds the master, gives TLS sockets, and follows a failover', async () => {
    await using resolver = createResolver({ name: cluster.name, ...options() });
    await followFailover(cluster, resolver);
    const socket = await resolver.connect(within(20_000));
    expect(socket).toBeInstanceOf(TLSSocket);
    expect(socket).toMatchObject({ authorized: true, encrypted: true });
    expect(await ask(socket, 'PING')).toBe('+PONG');
    socket.destroy();
  });

  it('takes the scheme rediss+sentinel for the sentinels, and options beside it', async () => {
    const hosts = cluster.sentinels.map(formatAddress).join(',');
    const url = `rediss+sentinel://:sentinel-secret@${hosts}/mymaster`;
    const { node } = options();
    await using resolver = quickResolver({
      name: undefined,
      sentinels: url,
      sentinel: { tls: { ca: tls.ca } },
      node,
    });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(await cluster.master()));
    await using untrusting = quickResolver({ name: undefined, sentinels: url, node });
    await eventually(() =>
      expect(untrusting.master(overdue())).rejects.toMatchObject({
        code: 'PROTOCOL_ERROR',
        message: expect.stringContaining(
          'shows a certificate that is not accepted: self-signed certificate',
        ) as string,
      }),
    );
  });

  it.each<[string, Partial<ResolverOptions>, string, string]>([
    [
      'plain text to sentinels',
      { sentinel: { password: 'sentinel-secret' } },
      'SENTINELS_UNREACHABLE',
      '(if it expects TLS, set `sentinel.tls`)',
    ],
    [
      'plain text to nodes',
      { node: { password: 'node-secret' } },
      'MASTER_UNREACHABLE',
      '(if it expects TLS, set `node.tls`)',
    ],
    [
      'an authority that is not theirs',
      { sentinel: { tls: { ca: selfSignedCertificate().ca } } },
      'PROTOCOL_ERROR',
      'check `sentinel.tls`, its `ca` and `servername`',
    ],
    [
      'another server name',
      { node: { tls: { servername: 'other.example' } } },
      'PROTOCOL_ERROR',
      'check `node.tls`, its `ca` and `servername`',
    ],
  ])('says what is wrong with %s', async (_, wrong, code, message) => {
    const right = options();
    const ca = (server: ServerOptions | undefined): ServerOptions | undefined =>
      typeof server?.tls === 'object' ? { ...server, tls: { ca: tls.ca, ...server.tls } } : server;
    await using resolver = quickResolver({
      ...right,
      sentinel: {
        ...(wrong.sentinel ?? right.sentinel),
        tls: wrong.sentinel ? wrong.sentinel.tls : right.sentinel?.tls,
      },
      node: ca(wrong.node) ?? right.node,
    });
    await eventually(() =>
      expect(resolver.master(overdue())).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});

describe('TLS to one kind of server only', () => {
  it('sentinels', async () => {
    const tls = selfSignedCertificate();
    await using fakes = await startFakes({ host: '127.0.0.1', sentinel: { tls } });
    await using resolver = quickResolver({ sentinels: fakes.addresses, sentinel: { tls: { ca: tls.ca } } });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    const socket = await resolver.connect(within(20_000));
    expect(socket).not.toBeInstanceOf(TLSSocket);
    socket.destroy();
  });

  it('nodes', async () => {
    const tls = selfSignedCertificate();
    await using fakes = await startFakes({ host: '127.0.0.1', node: { tls } });
    await using resolver = quickResolver({ sentinels: fakes.addresses, node: { tls: { ca: tls.ca } } });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    const socket = await resolver.connect(within(20_000));
    expect(socket).toBeInstanceOf(TLSSocket);
    socket.destroy();
  });
});

describe('TLS to a plain port', () => {
  it.each([
    ['sentinels', { sentinel: { tls: true } }, 'SENTINELS_UNREACHABLE', 'sentinel'],
    ['nodes', { node: { tls: true } }, 'MASTER_UNREACHABLE', 'node'],
  ])(
    'of %s: Redis waits for the rest of a command, and we say what may be wrong',
    async (_, options, code, kind) => {
      await using cluster = await startCluster({ replicas: 0, sentinels: 1 });
      await using resolver = quickResolver({
        sentinels: cluster.sentinels,
        ...options,
        connectTimeoutMs: 200,
      });
      await eventually(() =>
        expect(resolver.master(overdue())).rejects.toMatchObject({
          code,
          message: expect.stringContaining(
            `no TLS handshake within 200 ms (if its port is a plain one, leave out \`${kind}.tls\`)`,
          ) as string,
        }),
      );
    },
  );

  it('of something that answers', async () => {
    await using server = await startServer((socket) => socket.write('-ERR what?\r\n'));
    await using resolver = quickResolver({ sentinels: [server], sentinel: { tls: true } });
    await eventually(() =>
      expect(resolver.master(overdue())).rejects.toMatchObject({
        code: 'PROTOCOL_ERROR',
        message: expect.stringContaining(
          'does not speak TLS; leave out `sentinel.tls` or name its TLS port',
        ) as string,
      }),
    );
  });
});

type Named = TLSSocket & { readonly servername?: string | false };

describe('the server name', () => {
  it.each<[string, string, ServerOptions['tls'], ((host: string) => string) | undefined, string | false]>([
    ['is the host name that is dialled', 'localhost', true, undefined, 'localhost'],
    ['is none for an IP address', '127.0.0.1', true, undefined, false],
    ['is the one given', 'localhost', { servername: 'given.example' }, undefined, 'given.example'],
    [
      'is the announced one, where an IP address is dialled',
      'r1.example',
      true,
      () => '127.0.0.1',
      'r1.example',
    ],
    ['is that of the door, where a name is dialled', '10.0.0.1', true, () => 'localhost', 'localhost'],
  ])('%s', async (_, host, tls, map, expected) => {
    const { key, cert } = selfSignedCertificate();
    const names: unknown[] = [];
    await using server = await startServer((socket) => names.push((socket as Named).servername), {
      host: '127.0.0.1',
      tls: { key, cert },
    });
    const options = typeof tls === 'object' ? tls : {};
    await using resolver = quickResolver({
      sentinels: [{ host, port: server.port }],
      sentinel: { tls: { ...options, rejectUnauthorized: false } },
      mapAddress: (address) => ({ host: map?.(address.host) ?? address.host, port: address.port }),
    });
    await eventually(() => expect(names.length).toBeGreaterThan(0));
    expect(resolver.topology.phase).toBe('discovering');
    expect(names[0]).toBe(expected);
  });

  it('has to be in the certificate', async () => {
    const tls = selfSignedCertificate({ hosts: ['s1.example'] });
    await using fakes = await startFakes({ host: '127.0.0.1', sentinel: { tls } });
    const [address] = fakes.addresses;
    await using byAddress = quickResolver({ sentinels: fakes.addresses, sentinel: { tls: { ca: tls.ca } } });
    await eventually(() =>
      expect(byAddress.master(overdue())).rejects.toMatchObject({
        code: 'PROTOCOL_ERROR',
        message: expect.stringContaining("does not match certificate's altnames") as string,
      }),
    );
    await using byName = quickResolver({
      sentinels: fakes.addresses.map(({ port }) => ({ host: 's1.example', port })),
      sentinel: { tls: { ca: tls.ca } },
      // As in containers: the name is not known here.
      mapAddress: ({ port }) => ({ host: address?.host ?? '', port }),
    });
    expect(await byName.master(within(20_000))).toEqual(addressOnly(fakes.master));
    await using byOption = quickResolver({
      sentinels: fakes.addresses,
      sentinel: { tls: { ca: tls.ca, servername: 's1.example' } },
    });
    expect(await byOption.master(within(20_000))).toEqual(addressOnly(fakes.master));
  });

  it('of each node is its own', async () => {
    const tls = selfSignedCertificate({ hosts: ['localhost'] });
    await using fakes = await startFakes({ host: '127.0.0.1', node: { tls } });
    const announced = { host: 'localhost', port: fakes.master.port };
    for (const fake of fakes.sentinels) fake.master = announced;
    await using resolver = quickResolver({ sentinels: fakes.addresses, node: { tls: { ca: tls.ca } } });
    expect(await resolver.master(within(20_000))).toEqual(announced);
    (await resolver.connect(within(20_000))).destroy();
    await eventually(() => expect(at(fakes.sentinels, 0).connections).toBe(1));
  });
});

describe('a client certificate', () => {
  const { key, cert, ca } = selfSignedCertificate();
  const demanding = { key, cert, ca, requestCert: true, rejectUnauthorized: true };

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'that is asked for and not given is told (%s)',
    async (maxVersion) => {
      await using server = await startServer(() => {}, {
        host: '127.0.0.1',
        tls: { ...demanding, maxVersion },
      });
      await using resolver = quickResolver({ sentinels: [server], sentinel: { tls: { ca } } });
      await eventually(() =>
        expect(resolver.master(overdue())).rejects.toMatchObject({
          code: 'PROTOCOL_ERROR',
          message: expect.stringMatching(
            /refuses our TLS: .*; check `sentinel.tls`, its `cert` and `key`/,
          ) as string,
        }),
      );
    },
  );

  it('is given where there is one', async () => {
    const { fakes, authorized } = { fakes: await startFakes(), authorized: [] as boolean[] };
    await using server = await startServer(
      (socket) => {
        authorized.push((socket as TLSSocket).authorized);
        const sentinel = connect(at(fakes.addresses, 0)).on('error', () => {});
        socket.pipe(sentinel).pipe(socket);
        socket.on('close', () => sentinel.destroy());
      },
      { host: '127.0.0.1', tls: demanding },
    );
    await using resolver = quickResolver({
      sentinels: [addressOnly(server)],
      sentinel: { tls: { ca, key, cert } },
      mapAddress: (address) => address,
    });
    expect(await resolver.master(within(20_000))).toEqual(addressOnly(fakes.master));
    expect(authorized[0]).toBe(true);
    await resolver.close();
    await fakes[Symbol.asyncDispose]();
  });
});
