/**
 * - `closed`: operations go to Redis.
 * - `open`: none does; each is answered at once, reads as misses. `held`: the resolver holds traffic, and says when
 *   that ends. `lost`: the client has lost its connection, and says when there is another. `failing`: operations
 *   failed one after the other. Recovery is tried at `retryAt`, for the latter two.
 * - `recovering`: as `open`, while the journal is replayed at the (new) master.
 */
export type Breaker =
  | { readonly state: 'closed'; readonly failures: number }
  | {
      readonly state: 'open';
      readonly cause: 'held' | 'lost' | 'failing';
      readonly retryMs: number;
      readonly retryAt: number;
    }
  | { readonly state: 'recovering'; readonly retryMs: number };

/**
 * - `hold`, `move`, `release`: from the resolver.
 * - `lost`, `ready`: from the client.
 * - `success`, `failure`: of an operation.
 * - `late`: an answer came after its deadline, so somebody is there.
 * - `recovered`, `unrecovered`: how recovering went.
 * - `tick`: time has passed.
 */
export type BreakerInput =
  | 'hold'
  | 'move'
  | 'release'
  | 'lost'
  | 'ready'
  | 'success'
  | 'failure'
  | 'late'
  | 'recovered'
  | 'unrecovered'
  | 'tick';

export interface BreakerSettings {
  /** How many failures in a row open it. */
  readonly failures: number;
  readonly retryMs: number;
  readonly maxRetryMs: number;
}

export const closed: Breaker = { state: 'closed', failures: 0 };

/** Every rule of the breaker; no clock, no timer. */
export function step(breaker: Breaker, input: BreakerInput, now: number, settings: BreakerSettings): Breaker {
  const { retryMs } = settings;
  switch (input) {
    case 'hold':
      return { state: 'open', cause: 'held', retryMs, retryAt: Infinity };
    case 'move':
      return { state: 'recovering', retryMs };
    case 'release':
      return isHeld(breaker) ? { state: 'recovering', retryMs } : breaker;
    case 'lost':
      return breaker.state === 'open' ? breaker : open('lost', retryMs, now);
    case 'ready':
    case 'late':
      return breaker.state === 'open' && !isHeld(breaker) ? { state: 'recovering', retryMs } : breaker;
    case 'success':
      return breaker.state === 'closed' && breaker.failures > 0 ? closed : breaker;
    case 'failure':
      return afterFailure(breaker, now, settings);
    case 'recovered':
      return breaker.state === 'recovering' ? closed : breaker;
    case 'unrecovered':
      if (breaker.state !== 'recovering') return breaker;
      return open('failing', Math.min(breaker.retryMs * 2, settings.maxRetryMs), now);
    case 'tick':
      if (breaker.state !== 'open' || now < breaker.retryAt) return breaker;
      return { state: 'recovering', retryMs: breaker.retryMs };
  }
}

function isHeld(breaker: Breaker): boolean {
  return breaker.state === 'open' && breaker.cause === 'held';
}

function open(cause: 'lost' | 'failing', retryMs: number, now: number): Breaker {
  return { state: 'open', cause, retryMs, retryAt: now + retryMs };
}

/** Operations that were under way when it opened may fail much later: they say nothing new. */
function afterFailure(breaker: Breaker, now: number, { failures, retryMs }: BreakerSettings): Breaker {
  if (breaker.state !== 'closed') return breaker;
  const count = breaker.failures + 1;
  return count >= failures ? open('failing', retryMs, now) : { state: 'closed', failures: count };
}
