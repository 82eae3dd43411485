import { expect, test } from 'vitest';
import type { RoleChange, SentinelEvent } from '@switchmaster/testing';
import { clusterEntries, isSuperseded, readFailover } from '../src/failover.ts';

const old = '127.0.0.1:1';
const faultAt = 1000;

function event(atMs: number, channel: string, payload: string): SentinelEvent {
  return { kind: 'event', atMs: 0, wallMs: faultAt + atMs, sentinel: '127.0.0.1:9', channel, payload };
}

function role(atMs: number, node: string, is: RoleChange['role']): RoleChange {
  return { kind: 'role', atMs: 0, wallMs: faultAt + atMs, node, role: is };
}

const events = [
  event(-500, '+sdown', 'master mymaster 127.0.0.1 1'),
  event(1000, '+sdown', 'slave 127.0.0.1:3 127.0.0.1 3 @ mymaster 127.0.0.1 1'),
  event(1010, '+sdown', 'master mymaster 127.0.0.1 1'),
  event(1100, '+odown', 'master mymaster 127.0.0.1 1 #quorum 2/2'),
  event(1200, '+selected-slave', 'slave 127.0.0.1:2 127.0.0.1 2 @ mymaster 127.0.0.1 1'),
  event(2200, '+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 2'),
  event(2210, '+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 2'),
  event(3200, '+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 2'),
];
const roleChanges = [
  role(-900, old, 'master'),
  role(-900, '127.0.0.1:2', 'replica'),
  role(1300, '127.0.0.1:2', 'master'),
  role(9000, old, 'replica'),
];

test('what happened after the fault, to the master', () => {
  expect(readFailover({ events, roleChanges }, faultAt, old)).toEqual({
    suspectedMs: 1010,
    agreedMs: 1100,
    selected: { atMs: 1200, node: '127.0.0.1:2' },
    promoted: { atMs: 1300, node: '127.0.0.1:2' },
    announcements: [2200, 2210, 3200].map((atMs) => ({ atMs, node: '127.0.0.1:2' })),
    demotedMs: 9000,
  });
});

test('of the announcements the timeline names the first and the last', () => {
  const entries = clusterEntries(readFailover({ events, roleChanges }, faultAt, old), 3);
  expect(entries.map(({ atMs }) => atMs)).toEqual([1010, 1100, 1200, 1300, 2200, 3200, 9000]);
});

test('a second failover to another node supersedes the first', () => {
  const again = event(4000, '+switch-master', 'mymaster 127.0.0.1 2 127.0.0.1 3');
  expect(isSuperseded(readFailover({ events, roleChanges }, faultAt, old))).toBe(false);
  expect(isSuperseded(readFailover({ events: [...events, again], roleChanges }, faultAt, old))).toBe(true);
});
