import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, issueCertificate, selfSignedCertificate, startCluster } from '@switchmaster/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findings, leaveNothingBehind, of } from './doctor-support.ts';

leaveNothingBehind();

const authority = selfSignedCertificate({ hosts: ['redis.example'] });
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ tls: authority, replicas: 1 });
});
afterAll(() => cluster.stop());

const trusting = { ca: authority.ca, servername: 'redis.example' };

it('certificates that are made out to another name than the announced address', async () => {
  const told = of(
    'certificate-name',
    await findings(cluster, { sentinel: { tls: trusting }, node: { tls: trusting } }),
  );
  expect(told).toHaveLength(5);
  expect(told[0]).toMatchObject({ severity: 'warning' });
  expect(told[0]?.what).toContain('127.0.0.1');
});

it('certificates that are not accepted', async () => {
  const strict = { sentinel: { tls: trusting }, node: { tls: { ca: authority.ca } } };
  const rejected = of('certificate-name', await findings(cluster, strict)).filter(
    ({ severity }) => severity === 'problem',
  );
  expect(rejected).toHaveLength(2);
});

it('a certificate that has expired', async () => {
  const expired = issueCertificate(authority, { hosts: ['redis.example'], expired: true });
  const [cert, key] = [join(cluster.folder, 'expired.crt'), join(cluster.folder, 'expired.key')];
  await Promise.all([writeFile(cert, expired.cert), writeFile(key, expired.key)]);
  const [node] = cluster.nodes;
  await node?.command('CONFIG', 'SET', 'tls-cert-file', cert, 'tls-key-file', key);
  const found = await findings(cluster, { sentinel: { tls: trusting }, node: { tls: trusting } });
  expect(of('certificate-expiry', found)).toMatchObject([{ severity: 'problem', about: [node?.address] }]);
});
