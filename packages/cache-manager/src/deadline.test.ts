import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { within } from './deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('within()', () => {
  it('gives what comes in time, and leaves no timer', async () => {
    await expect(within(100, 'GET', async () => 'value')).resolves.toBe('value');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects with what went wrong', async () => {
    await expect(within(100, 'GET', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects at the deadline, fires its signal, and tells of what comes later', async () => {
    const late = vi.fn<() => void>();
    let finish = (): void => {};
    let signal: AbortSignal | undefined;
    const result = within<void>(
      100,
      'GET',
      (deadline) => {
        ({ signal } = deadline);
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
      late,
    );
    vi.advanceTimersByTime(100);
    vi.runAllTimers();
    await expect(result).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: 'no answer to GET within 100 ms',
    });
    expect([signal?.aborted, late.mock.calls.length]).toEqual([true, 0]);
    finish();
    await vi.waitFor(() => expect(late).toHaveBeenCalledOnce());
  });

  it('hears an answer that came while this process was busy', async () => {
    vi.useRealTimers();
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<string>((resolve) => {
      port1.once('message', resolve);
    });
    port2.postMessage('answer');
    const result = within(10, 'GET', () => answer);
    const busyUntil = performance.now() + 30;
    while (performance.now() < busyUntil);
    await expect(result).resolves.toBe('answer');
    port1.close();
  });
});
