import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { issueCertificate, selfSignedCertificate } from './certificate.ts';

test('a client that trusts it accepts it for its hosts', async () => {
  const { key, cert, ca } = selfSignedCertificate({ hosts: ['127.0.0.1', 'redis.test'] });
  const server = createServer({ key, cert }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const servername of ['redis.test', '']) {
    const socket = connect({ host: '127.0.0.1', port, ca, servername });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.destroy();
  }
  const stranger = connect({ host: '127.0.0.1', port, ca, servername: 'other.test' });
  await expect(once(stranger, 'secureConnect')).rejects.toThrow('does not match certificate');
  await new Promise((resolve) => server.close(resolve));
});

test('it is valid now, signed by itself, and names its hosts', () => {
  const { cert } = selfSignedCertificate({ hosts: ['localhost', '10.0.0.1', '::1', 'fe80::1:2'] });
  const certificate = new X509Certificate(cert);
  expect(certificate.ca).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(new Date(certificate.validFrom).getTime()).toBeLessThan(Date.now());
  expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(Date.now());
  for (const ip of ['10.0.0.1', '::1', 'fe80::1:2']) expect(certificate.checkIP(ip)).toBe(ip);
  expect(certificate.checkHost('localhost')).toBe('localhost');
});

test('one that was issued is vouched for by its authority, for its own hosts', () => {
  const authority = selfSignedCertificate();
  const { cert, ca } = issueCertificate(authority, { hosts: ['redis.test'] });
  const [issuer, certificate] = [new X509Certificate(authority.cert), new X509Certificate(cert)];
  expect(ca).toBe(authority.cert);
  expect(certificate.verify(issuer.publicKey)).toBe(true);
  expect(certificate.checkIssued(issuer)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.checkHost('redis.test')).toBe('redis.test');
  expect(certificate.checkHost('localhost')).toBeUndefined();
});

test('one that has expired was valid once', () => {
  for (const { cert } of [
    selfSignedCertificate({ expired: true }),
    issueCertificate(selfSignedCertificate(), { expired: true }),
  ]) {
    const { validFrom, validTo } = new X509Certificate(cert);
    expect(new Date(validTo).getTime()).toBeLessThan(Date.now());
    expect(new Date(validFrom).getTime()).toBeLessThan(new Date(validTo).getTime());
  }
});
