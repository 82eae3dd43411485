import { describe, expect, test } from 'vitest';
import { wrapHooks, type Decider, type Hooks } from '../src/hooks.ts';

/** Leaves every decision to the user, and keeps what the user said. */
class Witness implements Decider {
  readonly said: unknown[] = [];

  nextDelay(asked: () => number | void | null): number | void | null {
    const delayMs = asked();
    this.said.push(delayMs);
    return delayMs;
  }

  reconnects(_error: Error, asked: () => boolean | 1 | 2): boolean | 1 | 2 {
    const answer = asked();
    this.said.push(answer);
    return answer;
  }
}

function wrapped(hooks: Hooks): { options: Hooks; decider: Witness } {
  const [options, decider] = [{ ...hooks }, new Witness()];
  wrapHooks(options, decider);
  return { options, decider };
}

describe('the hooks of a client', () => {
  test('are wrapped once, and decided by the client whose options they are called on', () => {
    const retryStrategy = (times: number): number => times * 10;
    const [one, other] = [wrapped({ retryStrategy }), wrapped({ retryStrategy })];
    expect(one.options.retryStrategy).toBe(other.options.retryStrategy);
    expect(other.options.retryStrategy?.(7)).toBe(70);
    expect([one.decider.said, other.decider.said]).toEqual([[], [70]]);
  });

  test('are not wrapped again for a duplicate, which decides for itself', () => {
    const original = wrapped({ retryStrategy: () => 1, reconnectOnError: () => 2 });
    const duplicate = wrapped(original.options);
    expect(duplicate.options).toEqual(original.options);
    duplicate.options.retryStrategy?.(1);
    duplicate.options.reconnectOnError?.(new Error('ODD'));
    expect([original.decider.said, duplicate.decider.said]).toEqual([[], [1, 2]]);
  });

  test('are called on the options they are in', () => {
    const seen: unknown[] = [];
    const { options } = wrapped({
      retryStrategy(this: Hooks) {
        seen.push(this);
      },
    });
    options.retryStrategy?.(1);
    expect(seen).toEqual([options]);
    expect(seen[0]).toBe(options);
  });

  test.each([undefined, null])('that are %s let the client end, and errors be', (none) => {
    const { options } = wrapped({ retryStrategy: none, reconnectOnError: none });
    expect(options.retryStrategy?.(1)).toBeUndefined();
    expect(options.reconnectOnError?.(new Error('ODD'))).toBe(false);
  });

  test("are the user's own again in options that somebody copied for a client without us", () => {
    const { options, decider } = wrapped({ retryStrategy: () => 5 });
    const copied = { ...options };
    expect(copied.retryStrategy?.(1)).toBe(5);
    expect(decider.said).toEqual([]);
  });
});
