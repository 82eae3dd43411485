import { describe, expect, it } from 'vitest';
import { toEvent } from './events.ts';
import type { Change } from './topology.ts';

const A = { host: 'r1', port: 6379 };
const B = { host: 'r2', port: 6379 };
const phases = { selectedAt: 1, promotedAt: 2 };
const common = { name: 'mymaster', at: 1000 };

describe('toEvent tells of', () => {
  it.each<[string, Exclude<Change, { type: 'ask' | 'fault' }>, string, object]>([
    [
      'a hold',
      { type: 'hold', reason: 'failover', master: A, candidate: B },
      'hold',
      { reason: 'failover', master: A, candidate: B },
    ],
    [
      'a hold without a candidate',
      { type: 'hold', reason: 'minority', master: A, candidate: undefined },
      'hold',
      { reason: 'minority', master: A, candidate: undefined },
    ],
    [
      'a release',
      { type: 'release', reason: 'aborted', master: A, heldMs: 12.5 },
      'release',
      { reason: 'aborted', master: A, heldMs: 12.5 },
    ],
    [
      'a move, with its phases and the config epoch',
      { type: 'move', from: A, to: B, reason: 'promotion', phases },
      'switch',
      { from: A, to: B, reason: 'promotion', phases, configEpoch: 7 },
    ],
    [
      'the first master, which nobody moved to',
      { type: 'move', from: undefined, to: A, reason: 'announcement', phases: {} },
      'switch',
      { from: undefined, to: A, reason: 'discovery', phases: {}, configEpoch: 7 },
    ],
    [
      'a stale master',
      { type: 'stale-master', address: A, master: B, forMs: 1000 },
      'stale-master',
      { address: A, master: B, forMs: 1000 },
    ],
    [
      'a minority',
      { type: 'minority', minority: true, reachable: 1, known: 3 },
      'minority',
      { minority: true, reachable: 1, known: 3 },
    ],
  ])('%s', (_, change, type, event) => {
    expect(toEvent(change, 'mymaster', 7, 1000)).toEqual({ type, event: { ...common, ...event } });
  });

  it('with an event that nobody can change for the next listener', () => {
    const { event } = toEvent(
      { type: 'move', from: A, to: B, reason: 'promotion', phases },
      'mymaster',
      7,
      1000,
    );
    expect(Object.isFrozen(event)).toBe(true);
    expect(Object.isFrozen((event as { phases: object }).phases)).toBe(true);
  });
});
