import { describe, expect, it } from 'vitest';
import { Decoder } from './decoder.ts';
import { asArray, asMap, type Push, type Reply, ReplyError } from './reply.ts';

/** What Redis 7.0.15 sent, byte for byte: a sentinel first in RESP3, then in RESP2, then nodes. */
const recorded = {
  hello3: [
    '%6\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:3\r\n',
    '$2\r\nid\r\n:4\r\n$4\r\nmode\r\n$8\r\nsentinel\r\n$7\r\nmodules\r\n*0\r\n',
  ].join(''),
  masterAddress: '*2\r\n$9\r\n127.0.0.1\r\n$5\r\n40487\r\n',
  noAddress: '_\r\n',
  master: [
    '%20\r\n$4\r\nname\r\n$8\r\nmymaster\r\n$2\r\nip\r\n$9\r\n127.0.0.1\r\n$4\r\nport\r\n',
    '$5\r\n40487\r\n$5\r\nrunid\r\n$40\r\nd177abbcbeb35f48aeca0968ee2503a64aea0000\r\n',
    '$5\r\nflags\r\n$6\r\nmaster\r\n$21\r\nlink-pending-commands\r\n$1\r\n0\r\n',
    '$13\r\nlink-refcount\r\n$1\r\n1\r\n$14\r\nlast-ping-sent\r\n$1\r\n0\r\n',
    '$18\r\nlast-ok-ping-reply\r\n$4\r\n1008\r\n$15\r\nlast-ping-reply\r\n$4\r\n1008\r\n',
    '$23\r\ndown-after-milliseconds\r\n$4\r\n1000\r\n$12\r\ninfo-refresh\r\n$4\r\n5569\r\n',
    '$13\r\nrole-reported\r\n$6\r\nmaster\r\n$18\r\nrole-reported-time\r\n$5\r\n15584\r\n',
    '$12\r\nconfig-epoch\r\n$1\r\n0\r\n$10\r\nnum-slaves\r\n$1\r\n1\r\n',
    '$19\r\nnum-other-sentinels\r\n$1\r\n1\r\n$6\r\nquorum\r\n$1\r\n2\r\n',
    '$16\r\nfailover-timeout\r\n$6\r\n180000\r\n$14\r\nparallel-syncs\r\n$1\r\n1\r\n',
  ].join(''),
  replicas: [
    '*1\r\n%21\r\n$4\r\nname\r\n$15\r\n127.0.0.1:50355\r\n$2\r\nip\r\n$9\r\n127.0.0.1\r\n',
    '$4\r\nport\r\n$5\r\n50355\r\n$5\r\nrunid\r\n',
    '$40\r\nd6abd945ac0102d9cfdd86c877b7c4d493efdfc0\r\n$5\r\nflags\r\n$5\r\nslave\r\n',
    '$21\r\nlink-pending-commands\r\n$1\r\n0\r\n$13\r\nlink-refcount\r\n$1\r\n1\r\n',
    '$14\r\nlast-ping-sent\r\n$1\r\n0\r\n$18\r\nlast-ok-ping-reply\r\n$3\r\n304\r\n',
    '$15\r\nlast-ping-reply\r\n$3\r\n304\r\n$23\r\ndown-after-milliseconds\r\n$4\r\n1000\r\n',
    '$12\r\ninfo-refresh\r\n$3\r\n610\r\n$13\r\nrole-reported\r\n$5\r\nslave\r\n',
    '$18\r\nrole-reported-time\r\n$5\r\n15982\r\n$21\r\nmaster-link-down-time\r\n$1\r\n0\r\n',
    '$18\r\nmaster-link-status\r\n$2\r\nok\r\n$11\r\nmaster-host\r\n$9\r\n127.0.0.1\r\n',
    '$11\r\nmaster-port\r\n$5\r\n40487\r\n$14\r\nslave-priority\r\n$3\r\n100\r\n',
    '$17\r\nslave-repl-offset\r\n$4\r\n1936\r\n$17\r\nreplica-announced\r\n$1\r\n1\r\n',
  ].join(''),
  sentinels: [
    '*1\r\n%14\r\n$4\r\nname\r\n$40\r\n206bcf564d7c58bfc773d8126939274041eeeeb8\r\n$2\r\nip\r\n',
    '$9\r\n127.0.0.1\r\n$4\r\nport\r\n$5\r\n49113\r\n$5\r\nrunid\r\n',
    '$40\r\n206bcf564d7c58bfc773d8126939274041eeeeb8\r\n$5\r\nflags\r\n$8\r\nsentinel\r\n',
    '$21\r\nlink-pending-commands\r\n$1\r\n0\r\n$13\r\nlink-refcount\r\n$1\r\n1\r\n',
    '$14\r\nlast-ping-sent\r\n$1\r\n0\r\n$18\r\nlast-ok-ping-reply\r\n$3\r\n772\r\n',
    '$15\r\nlast-ping-reply\r\n$3\r\n772\r\n$23\r\ndown-after-milliseconds\r\n$4\r\n1000\r\n',
    '$18\r\nlast-hello-message\r\n$2\r\n77\r\n$12\r\nvoted-leader\r\n$1\r\n?\r\n',
    '$18\r\nvoted-leader-epoch\r\n$1\r\n0\r\n',
  ].join(''),
  role: '*2\r\n$8\r\nsentinel\r\n*1\r\n$8\r\nmymaster\r\n',
  subscribe: [
    '>3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n>3\r\n$9\r\nsubscribe\r\n',
    '$15\r\n+selected-slave\r\n:2\r\n>3\r\n$9\r\nsubscribe\r\n',
    '$30\r\n+failover-state-wait-promotion\r\n:3\r\n',
  ].join(''),
  failover: [
    '+OK\r\n>3\r\n$7\r\nmessage\r\n$15\r\n+selected-slave\r\n',
    '$64\r\nslave 127.0.0.1:50355 127.0.0.1 50355 @ mymaster 127.0.0.1 40487\r\n>3\r\n',
    '$7\r\nmessage\r\n$30\r\n+failover-state-wait-promotion\r\n',
    '$64\r\nslave 127.0.0.1:50355 127.0.0.1 50355 @ mymaster 127.0.0.1 40487\r\n>3\r\n',
    '$7\r\nmessage\r\n$14\r\n+switch-master\r\n$40\r\nmymaster 127.0.0.1 40487 127.0.0.1 50355\r\n',
  ].join(''),
  replicasResp2: [
    '*1\r\n*42\r\n$4\r\nname\r\n$15\r\n127.0.0.1:40487\r\n$2\r\nip\r\n$9\r\n127.0.0.1\r\n',
    '$4\r\nport\r\n$5\r\n40487\r\n$5\r\nrunid\r\n',
    '$40\r\nd177abbcbeb35f48aeca0968ee2503a64aea0000\r\n$5\r\nflags\r\n$5\r\nslave\r\n',
    '$21\r\nlink-pending-commands\r\n$1\r\n0\r\n$13\r\nlink-refcount\r\n$1\r\n1\r\n',
    '$14\r\nlast-ping-sent\r\n$1\r\n0\r\n$18\r\nlast-ok-ping-reply\r\n$3\r\n158\r\n',
    '$15\r\nlast-ping-reply\r\n$3\r\n158\r\n$23\r\ndown-after-milliseconds\r\n$4\r\n1000\r\n',
    '$12\r\ninfo-refresh\r\n$4\r\n3206\r\n$13\r\nrole-reported\r\n$6\r\nmaster\r\n',
    '$18\r\nrole-reported-time\r\n$4\r\n3206\r\n$21\r\nmaster-link-down-time\r\n$1\r\n0\r\n',
    '$18\r\nmaster-link-status\r\n$3\r\nerr\r\n$11\r\nmaster-host\r\n$1\r\n?\r\n',
    '$11\r\nmaster-port\r\n$1\r\n0\r\n$14\r\nslave-priority\r\n$3\r\n100\r\n',
    '$17\r\nslave-repl-offset\r\n$1\r\n0\r\n$17\r\nreplica-announced\r\n$1\r\n1\r\n',
  ].join(''),
  noAddressResp2: '*-1\r\n',
  noMaster: '-ERR No such master with that name\r\n',
  noProto: '-NOPROTO unsupported protocol version\r\n',
  roleOfMaster: '*3\r\n$6\r\nmaster\r\n:3008\r\n*0\r\n',
  infoSentinel: '=4\r\ntxt:\r\n',
  noAuth: [
    '-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> ',
    '<pass> option can be used to authenticate the client and select the RESP protocol version at the same ',
    'time\r\n',
  ].join(''),
};

function decode(wire: string, size = Infinity): (Reply | Push)[] {
  const bytes = Buffer.from(wire);
  const got: (Reply | Push)[] = [];
  const decoder = new Decoder({ reply: (reply) => got.push(reply), push: (push) => got.push(push) });
  for (let at = 0; at < bytes.length; at += size) decoder.write(bytes.subarray(at, at + size));
  return got;
}

function rows(wire: string): Record<string, string>[] {
  const [reply] = decode(wire) as [Reply];
  return asArray(reply).map((row) => Object.fromEntries(asMap(row)));
}

describe('a recorded sentinel', () => {
  it('greets in RESP3', () => {
    const [hello] = decode(recorded.hello3) as [Reply];
    const expected = { server: 'redis', version: '7.0.15', proto: '3', id: '4', mode: 'sentinel' };
    expect(Object.fromEntries(asMap(hello))).toEqual(expected);
  });

  it('names the master, or none', () => {
    expect(decode(recorded.masterAddress)).toEqual([['127.0.0.1', '40487']]);
    expect(decode(recorded.noAddress)).toEqual([null]);
    expect(decode(recorded.noAddressResp2)).toEqual([null]);
    expect(decode(recorded.noMaster)).toEqual([new ReplyError('ERR No such master with that name')]);
  });

  it('describes the master', () => {
    const [master] = decode(recorded.master) as [Reply];
    const fields = asMap(master);
    expect(fields.size).toBe(20);
    expect(Object.fromEntries(fields)).toMatchObject({ port: '40487', flags: 'master', 'config-epoch': '0' });
  });

  it('lists replicas, in RESP3 and in RESP2', () => {
    const [replica] = rows(recorded.replicas);
    expect(Object.keys(replica ?? {})).toHaveLength(21);
    expect(replica).toMatchObject({ port: '50355', 'master-link-status': 'ok', 'slave-repl-offset': '1936' });
    const [oldMaster] = rows(recorded.replicasResp2);
    expect(Object.keys(oldMaster ?? {})).toHaveLength(21);
    expect(oldMaster).toMatchObject({ port: '40487', 'master-host': '?', 'role-reported': 'master' });
  });

  it('lists sentinels', () => {
    expect(rows(recorded.sentinels)).toMatchObject([
      { port: '49113', flags: 'sentinel', 'voted-leader': '?' },
    ]);
  });

  it('tells its role', () => {
    expect(decode(recorded.role)).toEqual([['sentinel', ['mymaster']]]);
  });

  it('pushes a failover between replies', () => {
    const replica = 'slave 127.0.0.1:50355 127.0.0.1 50355 @ mymaster 127.0.0.1 40487';
    expect(decode(recorded.subscribe + recorded.failover)).toEqual([
      { kind: 'subscribe', items: ['+switch-master', 1] },
      { kind: 'subscribe', items: ['+selected-slave', 2] },
      { kind: 'subscribe', items: ['+failover-state-wait-promotion', 3] },
      'OK',
      { kind: 'message', items: ['+selected-slave', replica] },
      { kind: 'message', items: ['+failover-state-wait-promotion', replica] },
      { kind: 'message', items: ['+switch-master', 'mymaster 127.0.0.1 40487 127.0.0.1 50355'] },
    ]);
  });

  it('refuses a protocol that it does not know', () => {
    expect(decode(recorded.noProto)).toMatchObject([{ code: 'NOPROTO' }]);
  });
});

describe('a recorded node', () => {
  it('tells its role', () => {
    expect(decode(recorded.roleOfMaster)).toEqual([['master', 3008, []]]);
  });

  it('has no sentinel section', () => {
    expect(decode(recorded.infoSentinel)).toEqual(['']);
  });

  it('asks for a password', () => {
    expect(decode(recorded.noAuth)).toMatchObject([{ name: 'ReplyError', code: 'NOAUTH' }]);
  });
});

it.each([1, 2, 3, 7, 100, 1448])('all of it is the same in chunks of %d', (size) => {
  const wire = Object.values(recorded).join('');
  expect(decode(wire, size)).toEqual(decode(wire));
});
