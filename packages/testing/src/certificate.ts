import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import type { ClusterTls } from './cluster-options.ts';

/** What a certificate is for. */
export interface CertificateOptions {
  /** The names and addresses of the servers that show it. Default: `localhost`, `127.0.0.1` and `::1`. */
  readonly hosts?: readonly string[] | undefined;
  /** Makes one that was valid until a year ago. Default: `false`. */
  readonly expired?: boolean | undefined;
}

/**
 * Makes a key and a certificate that is its own authority, valid for ten years. For tests only.
 *
 * @example
 * ```ts
 * const tls = selfSignedCertificate();
 * await using cluster = await startCluster({ tls });
 * const redis = new Redis({ ...(await cluster.master()), tls: { ca: tls.ca } });
 * ```
 */
export function selfSignedCertificate(options: CertificateOptions = {}): ClusterTls {
  const keys = newKeys();
  const cert = certificate(keys.publicKey, authorityName, keys.privateKey, [isAuthority], options);
  return { key: pemOf(keys.privateKey), cert, ca: cert };
}

/**
 * Makes a key and a certificate that a self-signed one vouches for: for a server, or for a client of servers that
 * ask for one.
 *
 * @example
 * ```ts
 * const authority = selfSignedCertificate();
 * await using cluster = await startCluster({ tls: authority, nodeConfig: { 'tls-auth-clients': 'yes' } });
 * const redis = new Redis({ ...(await cluster.master()), tls: issueCertificate(authority) });
 * ```
 */
export function issueCertificate(authority: ClusterTls, options: CertificateOptions = {}): ClusterTls {
  const keys = newKeys();
  const issuer = createPrivateKey(authority.key);
  const cert = certificate(keys.publicKey, commonName('switchmaster test member'), issuer, [], options);
  return { key: pemOf(keys.privateKey), cert, ca: authority.cert };
}

function newKeys(): KeyPairKeyObjectResult {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pemOf(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}

function certificate(
  publicKey: KeyObject,
  name: Buffer,
  issuer: KeyObject,
  extensions: readonly Buffer[],
  { hosts = ['localhost', '127.0.0.1', '::1'], expired = false }: CertificateOptions,
): string {
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    authorityName,
    expired ? sequence(time(-2), time(-1)) : sequence(time(-1), time(10)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions, alternativeNames(hosts))),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, issuer)]);
  return pem(sequence(body, ecdsaWithSha256, tagged(0x03, signature)));
}

// What follows is DER: each value is a tag, a length and its bytes.
function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(parts);
  const { length } = bytes;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...parts);
}

function integer(bytes: Uint8Array): Buffer {
  return tagged(0x02, bytes);
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function commonName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from(name)))));
}

function time(yearsFromNow: number): Buffer {
  const date = new Date();
  date.setUTCFullYear(date.getUTCFullYear() + yearsFromNow);
  const digits = date.toISOString().replace(/\.\d+|\D/g, '');
  return tagged(0x18, Buffer.from(`${digits}Z`));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [tagged(0x01, Buffer.from([0xff]))] : [];
  return sequence(objectId(id), ...flag, tagged(0x04, value));
}

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) ? tagged(0x87, addressBytes(host)) : tagged(0x82, Buffer.from(host)),
  );
  return extension('551d11', false, sequence(...names));
}

function addressBytes(host: string): Buffer {
  if (!isIPv6(host)) return Buffer.from(host.split('.').map(Number));
  const [head = '', tail = ''] = host.split('::');
  const groups = (text: string): string[] =>
    text === '' ? [] : text.split(':').map((group) => group.padStart(4, '0'));
  const [first, last] = [groups(head), groups(tail)];
  const gap = Array.from({ length: 8 - first.length - last.length }, () => '0000');
  return Buffer.from([...first, ...gap, ...last].join(''), 'hex');
}

const ecdsaWithSha256: Buffer = sequence(objectId('2a8648ce3d040302'));
const authorityName: Buffer = commonName('switchmaster test');
const isAuthority: Buffer = extension('551d13', true, sequence(tagged(0x01, Buffer.from([0xff]))));

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
