/** @import { PageMessage } from '../../src/page/messages.ts' */

/**
 * - `connecting`: for the first time.
 * - `live`: messages come in.
 * - `lost`: none does; the next try is at `retryAt`.
 * - `retrying`: now.
 *
 * Times are of `performance.now()`.
 *
 * @typedef {{ state: 'connecting' | 'live' } | { state: 'retrying' } | { state: 'lost', retryAt: number }} Connection
 */

// The application sends samples four times a second: three seconds of silence are no coincidence.
const silenceMs = 3000;
const firstPauseMs = 500;
const longestPauseMs = 8000;

/**
 * Follows the application's events and comes back by itself, however the connection ends: closed, refused or silent.
 *
 * @param {string} url
 * @param {{ onMessage(message: PageMessage): void, onChange(connection: Connection): void }} listener
 * @returns {{ retryNow(): void }}
 */
export function connect(url, listener) {
  /** @type {EventSource | undefined} */
  let source;
  let timer = 0;
  let failures = 0;

  const wait = (/** @type {number} */ ms, /** @type {() => void} */ then) => {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  };

  const lose = () => {
    source?.close();
    source = undefined;
    const pauseMs = pauseAfter(failures);
    failures += 1;
    wait(pauseMs, open);
    listener.onChange({ state: 'lost', retryAt: performance.now() + pauseMs });
  };

  const open = () => {
    source?.close();
    source = new EventSource(url);
    // EventSource would try again by itself, each three seconds for ever: the pauses are ours.
    source.addEventListener('error', lose);
    source.addEventListener('message', ({ data }) => {
      failures = 0;
      wait(silenceMs, lose);
      listener.onChange({ state: 'live' });
      listener.onMessage(/** @type {PageMessage} */ (JSON.parse(String(data))));
    });
    wait(silenceMs, lose);
    listener.onChange({ state: failures === 0 ? 'connecting' : 'retrying' });
  };

  const retryNow = () => {
    if (!source) open();
  };
  window.addEventListener('online', retryNow);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) retryNow();
  });
  open();
  return { retryNow };
}

/**
 * Twice as long after each failure, within bounds, and never for two pages alike.
 *
 * @param {number} failures
 * @returns {number}
 */
export function pauseAfter(failures) {
  const pauseMs = Math.min(firstPauseMs * 2 ** failures, longestPauseMs);
  return pauseMs * (0.75 + Math.random() / 2);
}
