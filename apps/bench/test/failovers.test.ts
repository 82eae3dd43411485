import type { ObservedRole, RoleChange, SentinelEvent } from '@switchmaster/testing';
import { expect, test } from 'vitest';
import { promotionsOf } from '../src/faults/failovers.ts';

const nodes = new Set(['h:1', 'h:2', 'h:3']);

function became(wallMs: number, node: string, role: ObservedRole): RoleChange {
  return { kind: 'role', atMs: wallMs, wallMs, node, role };
}

function announced(wallMs: number, master: string): SentinelEvent {
  const payload = `mymaster h 1 ${master.replace(':', ' ')}`;
  return { kind: 'event', atMs: wallMs, wallMs, sentinel: 's:1', channel: '+switch-master', payload };
}

const start = [became(0, 'h:1', 'master'), became(0, 'h:2', 'replica'), became(0, 'h:3', 'replica')];

test('each replica that becomes a master is a promotion, with its own first announcement', () => {
  const roleChanges = [
    ...start,
    became(200, 'h:2', 'master'),
    became(500, 'h:1', 'replica'),
    became(700, 'h:3', 'master'),
  ];
  const events = [announced(250, 'h:2'), announced(260, 'h:2'), announced(800, 'h:3')];
  expect(promotionsOf({ roleChanges, events }, 100, nodes)).toEqual([
    { at: 200, announcedAt: 250 },
    { at: 700, announcedAt: 800 },
  ]);
});

test('a promotion that nobody has announced yet is one all the same', () => {
  const roleChanges = [...start, became(200, 'h:2', 'master')];
  expect(promotionsOf({ roleChanges, events: [] }, 100, nodes)).toEqual([
    { at: 200, announcedAt: undefined },
  ]);
});

test.each([
  ['a master that hung and answers again', [became(200, 'h:1', 'hung'), became(300, 'h:1', 'master')]],
  ['a master that was killed and is back', [became(200, 'h:1', 'down'), became(300, 'h:1', 'master')]],
  ['a promotion before the fault', [became(50, 'h:2', 'master')]],
  ['a node of another name', [became(150, 'h:9', 'replica'), became(200, 'h:9', 'master')]],
])('%s is none', (_, changes) => {
  expect(promotionsOf({ roleChanges: [...start, ...changes], events: [] }, 100, nodes)).toEqual([]);
});

test('a replica that hung before it was promoted is promoted', () => {
  const roleChanges = [...start, became(150, 'h:2', 'hung'), became(200, 'h:2', 'master')];
  expect(promotionsOf({ roleChanges, events: [] }, 100, nodes)).toHaveLength(1);
});
