import { describe, expect, it } from 'vitest';
import { closed, step, type Breaker, type BreakerInput } from './breaker.ts';

const settings = { failures: 3, retryMs: 500, maxRetryMs: 2000 };

/** What happens at which millisecond, and the state it leads to; of an open one its cause and next try. */
type History = readonly (readonly [at: number, input: BreakerInput, expected: string])[];

const histories: Record<string, History> = {
  'failures in a row open it, and time lets it recover': [
    [0, 'failure', 'closed'],
    [1, 'failure', 'closed'],
    [2, 'failure', 'failing until 502'],
    [400, 'tick', 'failing until 502'],
    [502, 'tick', 'recovering'],
    [505, 'recovered', 'closed'],
  ],
  'a success in between counts anew': [
    [0, 'failure', 'closed'],
    [1, 'failure', 'closed'],
    [2, 'success', 'closed'],
    [3, 'failure', 'closed'],
    [4, 'failure', 'closed'],
  ],
  'each recovery that fails doubles the pause, up to the longest': [
    [0, 'lost', 'lost until 500'],
    [500, 'tick', 'recovering'],
    [1000, 'unrecovered', 'failing until 2000'],
    [2000, 'tick', 'recovering'],
    [2500, 'unrecovered', 'failing until 4500'],
    [4500, 'tick', 'recovering'],
    [5000, 'unrecovered', 'failing until 7000'],
    [7000, 'tick', 'recovering'],
    [7001, 'recovered', 'closed'],
    [8000, 'lost', 'lost until 8500'],
  ],
  'a planned failover: held, and recovering from the move on': [
    [0, 'hold', 'held until Infinity'],
    [50, 'tick', 'held until Infinity'],
    [80, 'move', 'recovering'],
    [85, 'recovered', 'closed'],
  ],
  'the connection is lost by the move, and there is another': [
    [0, 'hold', 'held until Infinity'],
    [80, 'move', 'recovering'],
    [81, 'lost', 'lost until 581'],
    [90, 'ready', 'recovering'],
    [91, 'recovered', 'closed'],
  ],
  'a hold that is called off': [
    [0, 'hold', 'held until Infinity'],
    [70, 'release', 'recovering'],
    [71, 'recovered', 'closed'],
  ],
  'a release ends nothing but a hold': [
    [0, 'release', 'closed'],
    [1, 'lost', 'lost until 501'],
    [2, 'release', 'lost until 501'],
  ],
  'neither time nor the client ends a hold': [
    [0, 'lost', 'lost until 500'],
    [1, 'hold', 'held until Infinity'],
    [2, 'ready', 'held until Infinity'],
    [3, 'late', 'held until Infinity'],
    [4, 'lost', 'held until Infinity'],
    [600, 'tick', 'held until Infinity'],
  ],
  'a hold ends recovering, and what comes of it is too late': [
    [0, 'lost', 'lost until 500'],
    [1, 'ready', 'recovering'],
    [2, 'hold', 'held until Infinity'],
    [3, 'recovered', 'held until Infinity'],
    [4, 'unrecovered', 'held until Infinity'],
  ],
  'operations that fail after it opened say nothing new': [
    [0, 'lost', 'lost until 500'],
    [200, 'failure', 'lost until 500'],
    [201, 'failure', 'lost until 500'],
    [202, 'ready', 'recovering'],
    [203, 'failure', 'recovering'],
    [204, 'success', 'recovering'],
  ],
  'a late answer: the server is back': [
    [0, 'failure', 'closed'],
    [1, 'failure', 'closed'],
    [2, 'failure', 'failing until 502'],
    [20, 'late', 'recovering'],
  ],
  'the first connection is no news': [
    [0, 'ready', 'closed'],
    [1, 'late', 'closed'],
    [2, 'tick', 'closed'],
    [3, 'recovered', 'closed'],
  ],
  'a move that nothing announced': [
    [0, 'move', 'recovering'],
    [500, 'unrecovered', 'failing until 1500'],
    [600, 'ready', 'recovering'],
  ],
};

describe('step()', () => {
  it.each(Object.entries(histories))('%s', (_, history) => {
    let breaker: Breaker = closed;
    const seen = history.map(([at, input]) => {
      breaker = step(breaker, input, at, settings);
      return [at, input, show(breaker)];
    });
    expect(seen).toEqual(history);
  });

  it('returns the same object where nothing changes', () => {
    expect(step(closed, 'success', 0, settings)).toBe(closed);
  });
});

function show(breaker: Breaker): string {
  return breaker.state === 'open' ? `${breaker.cause} until ${breaker.retryAt}` : breaker.state;
}
