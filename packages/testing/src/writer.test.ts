import { describe, expect, test } from 'vitest';
import { Writer } from './writer.ts';

describe('a writer', () => {
  test('counts what was acknowledged, failed and lost, key by key', async () => {
    const stored = new Map<string, string>();
    const writer = new Writer({
      prefix: 'k:',
      set: async (key, value) => {
        if (Number(value) % 10 === 1) throw new Error('no room');
        if (Number(value) % 10 !== 2) stored.set(key, value);
      },
    });
    writer.start();
    await writer.more(100);
    await writer.stop();
    const { acked, lost, failed, hung, errors } = await writer.check(async (keys) =>
      keys.map((key) => stored.get(key) ?? null),
    );
    expect(acked).toBeGreaterThanOrEqual(100);
    expect(lost).toBe(acked - stored.size);
    expect(failed).toBe(writer.failed);
    expect(failed).toBeGreaterThanOrEqual(10);
    expect(errors).toEqual(['no room']);
    expect(hung).toBe(0);
  });

  test('tells which writes in a row are gone', async () => {
    const stored = new Map<string, string>();
    const gone = (number: number): boolean => (number >= 10 && number < 14) || number >= 30;
    const writer = new Writer({
      set: async (key, value) => void (gone(Number(value)) || stored.set(key, value)),
    });
    writer.start();
    await writer.more(40);
    await writer.stop();
    const { acked, lost, lostRuns } = await writer.check(async (keys) =>
      keys.map((key) => stored.get(key) ?? null),
    );
    expect(lost).toBe(4 + acked - 30);
    expect(lostRuns.map(({ count }) => count)).toEqual([4, acked - 30]);
    expect(lostRuns.map(({ untilMs }) => untilMs === undefined)).toEqual([false, true]);
    for (const { fromMs, toMs } of lostRuns) expect(fromMs).toBeLessThanOrEqual(toMs);
  });

  test('begins no more than may be without an answer, and counts what never gets one', async () => {
    let begun = 0;
    const writer = new Writer({
      maxPending: 3,
      set: () => (begun++ < 5 ? Promise.resolve() : new Promise(() => {})),
    });
    writer.start();
    await writer.more(5);
    await expect(writer.more(1, { timeoutMs: 50 })).rejects.toThrow(/1 to come, 3 under way, 0 failed/);
    await writer.stop({ patienceMs: 20 });
    const { acked, hung, longestGapMs } = await writer.check(async (keys) => keys.map((_, i) => String(i)));
    expect({ acked, hung, begun }).toEqual({ acked: 5, hung: 3, begun: 8 });
    expect(longestGapMs).toBeGreaterThanOrEqual(50);
  });

  test('knows when the longest gap ended', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const writer = new Writer({ maxPending: 1, set: () => gate });
    writer.start();
    setTimeout(release, 30);
    await writer.more(20);
    await writer.stop();
    expect(writer.longestGapMs).toBeGreaterThanOrEqual(29);
    expect(writer.resumedAt).toBeLessThanOrEqual(writer.lastAckAt);
  });
});
