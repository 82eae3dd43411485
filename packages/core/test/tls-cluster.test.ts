import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import {
  eventually,
  issueCertificate,
  selfSignedCertificate,
  startCluster,
  type Cluster,
  type ClusterTls,
} from '@switchmaster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addressOf,
  createResolver,
  formatAddress,
  type NodeAddress,
  type ResolverOptions,
} from '../src/index.ts';
import {
  addressOnly,
  ask,
  at,
  followFailover,
  leaveNothingBehind,
  overdue,
  quickResolver,
  Recorder,
  within,
} from './support.ts';

leaveNothingBehind();

/** A cluster of one authority, in which each server may show any other certificate. */
describe('a certificate that is not to be accepted, on real servers', () => {
  const authority = selfSignedCertificate();
  const good = issueCertificate(authority);
  const certificates: [what: string, tls: ClusterTls, says: RegExp][] = [
    [
      'of another authority',
      issueCertificate(selfSignedCertificate()),
      /unable to verify the first certificate|certificate signature failure/,
    ],
    ['of itself alone', selfSignedCertificate(), /self-signed certificate/],
    [
      'of another name',
      issueCertificate(authority, { hosts: ['other.example'] }),
      /does not match certificate/,
    ],
    ['that has expired', issueCertificate(authority, { expired: true }), /certificate has expired/],
  ];
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ tls: good, replicas: 1 });
  });
  afterAll(() => cluster.stop());

  const tls = { ca: authority.cert };
  const options = (): ResolverOptions => ({
    sentinels: cluster.sentinels,
    ...{ sentinel: { tls }, node: { tls } },
  });
  const files = (): readonly [cert: string, key: string] => [
    join(cluster.folder, 'tls.crt'),
    join(cluster.folder, 'tls.key'),
  ];
  /** What a server shows from its next start or configuration on. */
  const put = async ({ cert, key }: ClusterTls): Promise<void> => {
    const [certFile, keyFile] = files();
    await writeFile(certFile, cert);
    await writeFile(keyFile, key);
  };
  const shown = (kind: 'sentinel' | 'node', address: NodeAddress, says: RegExp): RegExp =>
    new RegExp(
      `^${kind} ${formatAddress(address)} shows a certificate that is not accepted: .*(${says.source}).*; ` +
        `check \`${kind}.tls\`, its \`ca\` and \`servername\``,
    );

  it.each(certificates)(
    'a sentinel with one %s gives one clear error, and the others carry on',
    async (_, bad, says) => {
      const sentinel = at(cluster.sentinels, 0);
      await put(bad);
      await cluster.restart(sentinel);
      await put(good);
      await using resolver = quickResolver(options());
      const { events } = new Recorder(resolver);
      expect(await resolver.master(within(20_000))).toEqual(addressOnly(await cluster.master()));
      await eventually(() =>
        expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual([
          'lost',
          'connected',
          'connected',
        ]),
      );
      expect(events.error).toMatchObject([
        {
          code: 'PROTOCOL_ERROR',
          message: expect.stringMatching(shown('sentinel', sentinel, says)) as string,
        },
      ]);
      // Alone it is what a call that waits is told.
      await using alone = quickResolver({ ...options(), sentinels: [sentinel] });
      await eventually(() =>
        expect(alone.master(overdue())).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' }),
      );
      // It is dialled on, and welcome as soon as it shows a good one.
      await cluster.restart(sentinel);
      await eventually(() =>
        expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
      );
      expect(events.error).toHaveLength(1);
    },
  );

  it.each(certificates)(
    'a master with one %s gives one clear error, and is found when it has a good one',
    async (_, bad, says) => {
      const master = await cluster.master();
      const [certFile, keyFile] = files();
      const show = async (certificate: ClusterTls): Promise<void> => {
        await put(certificate);
        await master.command('CONFIG', 'SET', 'tls-cert-file', certFile, 'tls-key-file', keyFile);
        await put(good);
      };
      await using onMaster = quickResolver(options());
      await onMaster.master(within(20_000));
      await show(bad);
      try {
        await using resolver = quickResolver({ ...options(), roleIntervalMs: 150 });
        const { events } = new Recorder(resolver);
        const message = expect.stringMatching(shown('node', master, says)) as string;
        await eventually(() =>
          expect(resolver.master(overdue())).rejects.toMatchObject({ code: 'PROTOCOL_ERROR', message }),
        );
        await eventually(() => expect(events.error).toMatchObject([{ code: 'PROTOCOL_ERROR', message }]));
        // Who was connected is not concerned, and new connections are refused with the same words.
        expect(onMaster.topology.verified).toBe(true);
        await expect(onMaster.connect(within(300))).rejects.toMatchObject({
          code: 'PROTOCOL_ERROR',
          message,
        });
        await show(good);
        expect(await resolver.master(within(20_000))).toEqual(addressOnly(master));
      } finally {
        await show(good);
      }
    },
  );
});

/*
 * All servers speak TLS among themselves, and have a plain port beside it: each side may be reached either way. With a
 * host for each server the ports are the same on all of them.
 */
describe.runIf(process.platform === 'linux')(
  'TLS to sentinels and nodes, each for itself, on real servers',
  () => {
    const authority = selfSignedCertificate();
    const plain = { node: 6379, sentinel: 26379 };
    const demand = { 'tls-auth-clients': 'yes' };

    const start = (more: { readonly node?: object; readonly sentinel?: object } = {}): Promise<Cluster> =>
      startCluster({
        ...{ tls: authority, replicas: 1, addressing: 'hosts' },
        nodeConfig: { port: String(plain.node), ...more.node },
        sentinelConfig: { port: String(plain.sentinel), ...more.sentinel },
      });
    /** Leads those that are spoken to in plain text to their plain port. */
    const plainPort =
      (cluster: Cluster, kind: 'node' | 'sentinel') =>
      ({ host, port }: NodeAddress): NodeAddress => {
        const members = kind === 'node' ? cluster.nodes : cluster.sentinels;
        return { host, port: members.some((one) => one.host === host) ? plain[kind] : port };
      };
    // The certificate is for other addresses than theirs.
    const tls = { ca: authority.ca, checkServerIdentity: () => undefined };
    const client = { ...tls, ...issueCertificate(authority) };

    /** Follows a failover and takes a socket to the new master: whether that is encrypted. */
    const follow = async (cluster: Cluster, options: Partial<ResolverOptions>): Promise<boolean> => {
      await using resolver = createResolver({ name: cluster.name, sentinels: cluster.sentinels, ...options });
      const master = await followFailover(cluster, resolver);
      const socket = await resolver.connect(within(20_000));
      expect(addressOf(socket)).toEqual(addressOnly(master));
      expect(await ask(socket, 'PING')).toBe('+PONG');
      socket.destroy();
      await eventually(() =>
        expect(resolver.topology.sentinels.map(({ state }) => state)).toEqual(Array(3).fill('connected')),
      );
      return socket instanceof TLSSocket;
    };

    it('sentinels alone', async () => {
      await using cluster = await start();
      const options = { sentinel: { tls }, mapAddress: plainPort(cluster, 'node') };
      expect(await follow(cluster, options)).toBe(false);
    });

    it('nodes alone', async () => {
      await using cluster = await start();
      const options = { node: { tls }, mapAddress: plainPort(cluster, 'sentinel') };
      expect(await follow(cluster, options)).toBe(true);
    });

    it.each(['sentinel', 'node'] as const)(
      'mutual with each %s: without a certificate it says what is wrong, with one a failover is followed',
      async (kind) => {
        await using cluster = await start({ [kind]: demand });
        const other = kind === 'sentinel' ? 'node' : 'sentinel';
        const stranger = { ...issueCertificate(selfSignedCertificate()), ca: tls.ca };
        const expired = issueCertificate(authority, { expired: true });
        // None, one of another authority, and one that has expired.
        const bad = [tls, { ...tls, ...stranger }, { ...tls, ...expired }];
        for (const one of bad) {
          await using resolver = quickResolver({
            sentinels: cluster.sentinels,
            ...{ [kind]: { tls: one }, [other]: { tls } },
          });
          await eventually(() =>
            expect(resolver.master(overdue())).rejects.toMatchObject({
              code: 'PROTOCOL_ERROR',
              message: expect.stringMatching(
                new RegExp(
                  `^${kind} \\S+ refuses our TLS: .*; check \`${kind}.tls\`, its \`cert\` and \`key\``,
                ),
              ) as string,
            }),
          );
        }
        expect(await follow(cluster, { [kind]: { tls: client }, [other]: { tls } })).toBe(true);
      },
    );
  },
);
