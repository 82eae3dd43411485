import { describe, expect, test } from 'vitest';
import { clientEntries, journeyOf } from '../src/journey.ts';
import type { TimedMove } from '../src/messages.ts';

const old = '127.0.0.1:1';
const fresh = '127.0.0.1:2';
const faultAt = 1000;

const led: readonly TimedMove[] = [
  { kind: 'connected', to: old, at: 10 },
  { kind: 'first-ack', at: 20 },
  { kind: 'held', at: 1100 },
  { kind: 'disconnected', at: 1200 },
  { kind: 'connected', to: fresh, at: 1205 },
  { kind: 'first-ack', at: 1206 },
];
const retrying: readonly TimedMove[] = [
  { kind: 'connected', to: old, at: 10 },
  { kind: 'disconnected', at: 1003 },
  { kind: 'disconnected', at: 1100 },
  { kind: 'connected', to: old, at: 1200 },
  { kind: 'first-ack', at: 1201 },
  { kind: 'disconnected', at: 1300 },
  { kind: 'connected', to: fresh, at: 3000 },
  { kind: 'first-ack', at: 3010 },
];

describe('the steps to the new master', () => {
  test.each([
    ['held and moved', led, { heldMs: 100, movedMs: 205, firstWriteMs: 206 }],
    ['by way of the old one', retrying, { heldMs: undefined, movedMs: 2000, firstWriteMs: 2010 }],
    ['not there yet', led.slice(0, 4), { heldMs: 100, movedMs: undefined, firstWriteMs: undefined }],
    ['not moved at all', led.slice(0, 2), { heldMs: undefined, movedMs: undefined, firstWriteMs: undefined }],
  ])('%s', (_, moves, journey) => {
    expect(journeyOf(moves, faultAt, old)).toEqual(journey);
  });
});

describe('the lines of a timeline', () => {
  test.each([
    ['held and moved', led, [100, 200, 205, 206]],
    ['a failed attempt to reconnect is no news', retrying, [3, 200, 300, 2000, 2010]],
  ])('%s', (_, moves, times) => {
    expect(clientEntries('client', moves, faultAt, old).map(({ atMs }) => atMs)).toEqual(times);
  });
});
