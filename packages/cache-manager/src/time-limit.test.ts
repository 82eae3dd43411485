import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimeLimit } from './time-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Answer {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function createAnswer(): Answer {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}

describe('TimeLimit', () => {
  it('gives what comes in time, and leaves no timer', async () => {
    await expect(new TimeLimit(100).run('GET', async () => 'value')).resolves.toBe('value');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects with what went wrong', async () => {
    await expect(new TimeLimit(100).run('GET', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects at the deadline, fires its signal, and tells of what comes later', async () => {
    const late = vi.fn<() => void>();
    let finish = (): void => {};
    let signal: AbortSignal | undefined;
    const result = new TimeLimit(100).run<void>(
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

  it('ends each in its own time, with one timer for all', async () => {
    const limit = new TimeLimit(100);
    const outcomes: string[] = [];
    const answers: (() => void)[] = [];
    const begin = (name: string): void => {
      const answer = new Promise<void>((resolve) => {
        answers.push(resolve);
      });
      limit
        .run(name, () => answer)
        .then(
          () => outcomes.push(`${name} answered`),
          (error: unknown) => outcomes.push((error as Error).message),
        );
    };
    for (const name of ['A', 'B', 'C']) {
      begin(name);
      await vi.advanceTimersByTimeAsync(40);
    }
    expect([outcomes, vi.getTimerCount()]).toEqual([['no answer to A within 100 ms'], 1]);
    answers[2]?.();
    await vi.advanceTimersByTimeAsync(30);
    expect(outcomes.slice(1)).toEqual(['C answered', 'no answer to B within 100 ms']);
    begin('D');
    expect(vi.getTimerCount()).toBe(1);
    answers[3]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect([outcomes.slice(3), vi.getTimerCount()]).toEqual([['D answered'], 0]);
  });

  it('keeps nothing of what is over, though what began before it is never answered', async () => {
    vi.useRealTimers();
    const limit = new TimeLimit(1);
    const unanswered = new Promise<void>(() => {});
    const over: WeakRef<object>[] = [];
    const runAll = async (): Promise<void> => {
      const late = createAnswer();
      const run = (answer: Promise<void>): Promise<void> =>
        limit.run('GET', (deadline) => {
          if (answer !== unanswered) over.push(new WeakRef(deadline));
          return answer;
        });
      await Promise.allSettled([run(unanswered), run(late.promise), run(late.promise)]);
      late.resolve();
    };
    await runAll();
    await vi.waitFor(() => {
      collectGarbage();
      expect(over.map((ref) => ref.deref())).toEqual([undefined, undefined]);
    });
    // It must have been there all the while.
    expect(unanswered).toBeInstanceOf(Promise);
  });

  it('hears an answer that came while this process was busy', async () => {
    vi.useRealTimers();
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<string>((resolve) => {
      port1.once('message', resolve);
    });
    port2.postMessage('answer');
    const result = new TimeLimit(10).run('GET', () => answer);
    const busyUntil = performance.now() + 30;
    while (performance.now() < busyUntil);
    await expect(result).resolves.toBe('answer');
    port1.close();
  });
});
