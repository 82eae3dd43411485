import { expect, test } from 'vitest';
import { clientNamed, clients } from '../src/clients/index.ts';
import { entrantsOf } from '../src/haproxy.ts';
import { scenarios } from '../src/scenarios/index.ts';

test('no two clients have the same name', () => {
  expect(new Set(clients.map(({ name }) => name)).size).toBe(clients.length);
});

test('no two scenarios have the same id', () => {
  expect(new Set(scenarios.map(({ id }) => id)).size).toBe(scenarios.length);
});

test('a client that is meant for some scenarios names ones that there are', () => {
  const ids = new Set(scenarios.map(({ id }) => id));
  for (const client of clients) expect((client.scenarios ?? []).filter((id) => !ids.has(id))).toEqual([]);
});

test('a name that is not known is an error that says which are', () => {
  expect(() => clientNamed('nobody')).toThrow(/'nobody'.*switchmaster-ioredis6/);
});

test('who is behind HAProxy takes part where that is installed, and who does not need it always', () => {
  const [haproxy, other] = [clientNamed('haproxy'), clientNamed('ioredis6')];
  expect(entrantsOf([haproxy, other], '/sbin/haproxy')).toEqual({
    clients: [haproxy, other],
    haproxy: '/sbin/haproxy',
    notes: [],
  });
  const { clients: present, notes } = entrantsOf([haproxy, other], undefined);
  expect(present).toEqual([other]);
  expect(notes).toHaveLength(1);
  for (const installed of ['/sbin/haproxy', undefined]) {
    expect(entrantsOf([other], installed)).toEqual({ clients: [other], haproxy: undefined, notes: [] });
  }
});
