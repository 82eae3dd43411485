import { describe, expect, test } from 'vitest';
import type { FaultName, NodeView, SentinelView, Topology } from '../page/messages.ts';
import { planOf } from './fault-plan.ts';

const replica: NodeView = {
  address: '',
  state: 'running',
  isolated: false,
  role: 'replica',
  replicates: 'a',
  linkUp: true,
};
const watching: SentinelView = {
  address: '',
  state: 'running',
  isolated: false,
  link: 'connected',
  master: 'a',
  configEpoch: 0,
};

type Difference = Partial<Pick<NodeView, 'state' | 'isolated' | 'role' | 'replicates' | 'linkUp'>>;

/** Nodes a (the master), b and c, sentinels s, t and u, but for what is said of each. */
function topology(but: Readonly<Record<string, Difference>> = {}): Topology {
  return {
    at: 0,
    name: 'mymaster',
    phase: 'following',
    master: 'a',
    candidate: null,
    configEpoch: 0,
    minority: false,
    settled: true,
    nodes: ['a', 'b', 'c'].map((address) => ({
      ...replica,
      address,
      role: address === 'a' ? 'master' : 'replica',
      ...but[address],
    })),
    sentinels: ['s', 't', 'u'].map((address) => {
      const { state = 'running', isolated = false } = but[address] ?? {};
      return { ...watching, address, state, isolated };
    }),
  };
}

const dead = { state: 'dead', role: null } as const;

describe('what is possible has its targets', () => {
  test.each<{ fault: FaultName; target?: string; but?: Record<string, Difference>; targets: string[] }>([
    { fault: 'failover', targets: ['a'] },
    { fault: 'kill', targets: ['a'] },
    { fault: 'kill', target: 'b', targets: ['b'] },
    { fault: 'kill', target: 'b', but: { t: dead, u: dead }, targets: ['b'] },
    { fault: 'freeze', but: { b: dead }, targets: ['a'] },
    { fault: 'isolate', target: 's', targets: ['s'] },
    { fault: 'stop-sentinel', targets: ['u'] },
    { fault: 'stop-sentinel', but: { u: dead }, targets: ['t'] },
    { fault: 'thaw', but: { b: { state: 'frozen' } }, targets: ['b'] },
    { fault: 'restart', but: { b: dead, c: dead }, targets: ['b', 'c'] },
    { fault: 'restart', but: { a: dead, b: dead }, targets: ['b'] },
    { fault: 'restart', target: 'a', but: { a: dead }, targets: ['a'] },
    { fault: 'heal', but: { b: { isolated: true }, s: { isolated: true } }, targets: ['b', 's'] },
    { fault: 'start-sentinel', but: { s: dead, u: dead }, targets: ['s', 'u'] },
  ])('$fault $target with $but', ({ fault, target, but, targets }) => {
    expect(planOf(fault, target, topology(but))).toEqual({ kind: 'go', targets });
  });
});

describe('what is not possible is refused in one sentence', () => {
  test.each<{ fault: FaultName; target?: string; but?: Record<string, Difference>; says: string }>([
    { fault: 'kill', but: { a: dead }, says: 'a does not run' },
    { fault: 'kill', but: { a: { isolated: true } }, says: 'a does not run, or is cut off' },
    { fault: 'kill', but: { b: dead, c: { state: 'frozen' } }, says: 'No replica of it is in step' },
    { fault: 'kill', but: { b: { role: 'master' }, c: dead }, says: 'No replica of it is in step' },
    { fault: 'freeze', but: { t: dead, u: dead }, says: 'No majority of the sentinels' },
    {
      fault: 'kill',
      but: { b: { replicates: 'c' }, c: { linkUp: false } },
      says: 'No replica of it is in step',
    },
    { fault: 'failover', target: 'b', says: 'b is not the master, which is a' },
    { fault: 'failover', but: { b: dead, c: dead }, says: 'No replica of it is in step' },
    { fault: 'stop-sentinel', but: { t: dead, u: dead }, says: 'It is the last sentinel' },
    { fault: 'stop-sentinel', target: 'u', but: { u: dead }, says: 'u does not run' },
    { fault: 'thaw', says: 'Nothing is frozen' },
    { fault: 'restart', says: 'No node was killed' },
    { fault: 'restart', but: { a: dead }, says: 'a is still the master' },
    { fault: 'heal', says: 'Nothing is isolated' },
    { fault: 'start-sentinel', says: 'No sentinel was stopped' },
  ])('$fault $target with $but', ({ fault, target, but, says }) => {
    const plan = planOf(fault, target, topology(but));
    expect(plan).toEqual({ kind: 'impossible', message: expect.stringMatching(/^[^.]*\.$/) as string });
    expect(plan).toHaveProperty('message', expect.stringContaining(says));
  });

  test.each<[FaultName, string, string]>([
    ['kill', 's', "target must be a node (a, b, c); it is 's'."],
    ['stop-sentinel', 'a', "target must be a sentinel (s, t, u); it is 'a'."],
    ['isolate', 'x', "target must be a node or sentinel (a, b, c, s, t, u); it is 'x'."],
  ])('%s of %s names a wrong target', (fault, target, message) => {
    expect(planOf(fault, target, topology())).toEqual({ kind: 'wrong-target', message });
  });
});
