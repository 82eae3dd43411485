import { whileAwake } from '@switchmaster/testing';
import { describe, expect, test } from 'vitest';
import { playPartition } from '../src/partition/play.ts';

const none = { hold: false, minReplicas: false, wait: false };

describe('a client that is cut off with the old master', () => {
  test('writes to it in good faith until the partition heals', async () => {
    const figures = await playPartition(none);
    expect(figures).toMatchObject({ heldAfterMs: undefined, failed: 0, hung: 0 });
    expect(figures.lost).toBeGreaterThan(0);
  });

  test('has no write acknowledged once it is held for being with the minority', () =>
    whileAwake(async () => {
      const figures = await playPartition({ ...none, hold: true });
      const { heldAfterMs = 0, acknowledgedForMs, failed, hung } = figures;
      // What was under way when traffic was held is answered a round trip later.
      expect(acknowledgedForMs).toBeLessThan(heldAfterMs + 250);
      expect({ failed, hung }).toEqual({ failed: 0, hung: 0 });
    }));

  test('loses nothing of what WAIT has confirmed', async () => {
    const { lost, failed, hung, acked } = await playPartition({ ...none, wait: true });
    expect({ lost, hung }).toEqual({ lost: 0, hung: 0 });
    expect(failed).toBeGreaterThan(0);
    expect(acked).toBeGreaterThan(500);
  });
});
