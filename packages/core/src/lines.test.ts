import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NodeAddress } from './address.ts';
import { Lines } from './lines.ts';
import { markAddress } from './socket-address.ts';

const [A, B] = [1, 2].map((n) => ({ host: `10.0.0.${n}`, port: 6379 })) as [
  { host: string; port: number },
  { host: string; port: number },
];

/** A socket that is said to lead there, and hears what it is told to. */
function socketTo(address: NodeAddress): Socket & { hear(bytes: number): void } {
  let heard = 0;
  const made = Object.assign(new Socket(), { hear: (bytes: number) => void (heard += bytes) });
  Object.defineProperty(made, 'bytesRead', { get: () => heard });
  markAddress(made, address);
  return made.on('error', () => {});
}

describe('the lines to a node one of which proved dead', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('are cut, if they hear nothing meanwhile', () => {
    const lines = new Lines();
    const [silent, busy, elsewhere] = [socketTo(A), socketTo(A), socketTo(B)];
    lines.add(silent);
    lines.add(busy);
    lines.add(elsewhere);
    lines.cutSilent(A, 500);
    vi.advanceTimersByTime(499);
    expect(silent.destroyed).toBe(false);
    busy.hear(5);
    vi.advanceTimersByTime(1);
    expect([silent, busy, elsewhere].map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  });

  test('are cut, also where another node has dead lines at the same time', () => {
    const lines = new Lines();
    const [one, other] = [socketTo(A), socketTo(B)];
    lines.add(one);
    lines.add(other);
    lines.cutSilent(A, 500);
    lines.cutSilent(B, 500);
    vi.advanceTimersByTime(500);
    expect([one.destroyed, other.destroyed]).toEqual([true, true]);
  });

  test('are left alone once the resolver is closed', () => {
    const lines = new Lines();
    const one = socketTo(A);
    lines.add(one);
    lines.cutSilent(A, 500);
    lines.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(one.destroyed).toBe(false);
  });
});
