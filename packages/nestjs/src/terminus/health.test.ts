import type { TopologySnapshot } from '@switchmaster/core';
import { expect, test } from 'vitest';
import { judge, type Health } from './health.ts';

const sentinel = { host: 's', port: 1, origin: 'configured', master: undefined, configEpoch: 0 } as const;
const [one, lost] = [{ ...sentinel, state: 'connected' } as const, { ...sentinel, state: 'lost' } as const];

const healthy: TopologySnapshot = {
  name: 'mymaster',
  phase: 'following',
  master: { host: 'm', port: 1 },
  verified: true,
  candidate: undefined,
  replicas: [],
  sentinels: [one, one, one],
  configEpoch: 1,
  minority: false,
};
const pong = undefined;
const silence = new Error('no answer');
const candidate = { host: 'c', port: 2 };

const cases: [
  what: string,
  seen: Partial<TopologySnapshot>,
  ping: Error | undefined,
  state: Health['state'],
  why: string,
][] = [
  ['all is well', {}, pong, 'up', ''],
  ['no answer', {}, silence, 'down', 'no answer'],
  ['a sentinel is lost', { sentinels: [one, one, lost] }, pong, 'up', ''],
  ['a minority', { sentinels: [one, lost, lost], minority: true }, pong, 'degraded', 'majority'],
  [
    'all sentinels are lost',
    { sentinels: [lost, lost, lost], minority: true },
    pong,
    'degraded',
    'may be stale',
  ],
  [
    'all is lost',
    { sentinels: [lost, lost, lost], minority: true },
    silence,
    'down',
    'no answer; no sentinel',
  ],
  ['held, answered', { phase: 'holding', candidate }, pong, 'degraded', 'failover'],
  ['held', { phase: 'holding', candidate }, silence, 'degraded', 'no answer; a failover'],
  ['held for want of a majority', { phase: 'holding', minority: true }, silence, 'down', 'majority'],
  ['provisional', { phase: 'provisional' }, pong, 'degraded', 'failover'],
  ['the master is silent', { verified: false }, pong, 'degraded', 'has not confirmed'],
  ['the master is dead', { verified: false }, silence, 'down', 'has not confirmed'],
  [
    'no master yet',
    { phase: 'discovering', master: undefined, verified: false },
    silence,
    'down',
    'no master',
  ],
  ['closed', { phase: 'closed' }, pong, 'down', 'closed'],
];

test.each(cases)('%s', (_, seen, ping, state, why) => {
  const health = judge({ ...healthy, ...seen }, ping);
  expect(health.state).toBe(state);
  expect(health.data.message ?? '').toContain(why);
});

test('the data says where the master is and how many sentinels are connected', () => {
  expect(judge({ ...healthy, sentinels: [one, lost] }, undefined).data).toEqual({
    master: 'm:1',
    phase: 'following',
    sentinels: '1 of 2',
  });
});
