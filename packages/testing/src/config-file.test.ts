import { expect, test } from 'vitest';
import { nodeConfigFile, sentinelConfigFile } from './config-file.ts';

const listen = { host: '127.0.0.1', port: 20001 };
const base = {
  listen,
  announce: listen,
  source: undefined,
  password: undefined,
  users: [],
  tls: undefined,
  extra: {},
};

test('a master', () => {
  const text = nodeConfigFile({
    ...base,
    replicaOf: undefined,
    replication: undefined,
    extra: { maxmemory: '10mb' },
  });
  expect(text).toBe(
    [
      'bind 127.0.0.1',
      'port 20001',
      'protected-mode no',
      'save ""',
      'appendonly no',
      'repl-diskless-sync no',
      'replica-announce-ip 127.0.0.1',
      'replica-announce-port 20001',
      'maxmemory 10mb',
      '',
    ].join('\n'),
  );
});

test('a replica behind a proxy, with a password and TLS', () => {
  const text = nodeConfigFile({
    ...base,
    listen: { host: '127.9.9.130', port: 20001 },
    source: '127.9.9.130',
    password: 'say "hi" \\ bye',
    tls: { key: 'k.pem', cert: 'c.pem', ca: 'a.pem' },
    replicaOf: { host: '127.0.0.1', port: 20002 },
    replication: { username: 'admin', password: 'secret' },
  });
  const expected = [
    'bind 127.9.9.130',
    'port 0',
    'tls-port 20001',
    'tls-cert-file c.pem',
    'tls-key-file k.pem',
    'tls-ca-cert-file a.pem',
    'tls-replication yes',
    'bind-source-addr 127.9.9.130',
    'requirepass "say \\"hi\\" \\\\ bye"',
    'replica-announce-ip 127.0.0.1',
    'replicaof 127.0.0.1 20002',
    'masteruser admin',
    'masterauth "secret"',
  ];
  expect(text.split('\n')).toEqual(expect.arrayContaining(expected));
});

test('a sentinel', () => {
  const text = sentinelConfigFile({
    ...base,
    id: 'a'.repeat(40),
    groups: [
      { name: 'one', master: listen, replicas: [{ host: '127.0.0.1', port: 20002 }], quorum: 2, epoch: 7 },
    ],
    downAfterMs: 500,
    failoverTimeoutMs: 3000,
    nodes: { username: undefined, password: 'secret' },
    sentinels: { username: 'admin', password: 'other' },
  });
  const expected = [
    `sentinel myid ${'a'.repeat(40)}`,
    'sentinel announce-ip 127.0.0.1',
    'sentinel announce-port 20001',
    'sentinel sentinel-user admin',
    'sentinel sentinel-pass "other"',
    'sentinel monitor one 127.0.0.1 20001 2',
    'sentinel down-after-milliseconds one 500',
    'sentinel failover-timeout one 3000',
    'sentinel auth-pass one "secret"',
    'sentinel config-epoch one 7',
    'sentinel known-replica one 127.0.0.1 20002',
  ];
  expect(text.split('\n')).toEqual(expect.arrayContaining(expected));
});
