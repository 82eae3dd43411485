/**
 * @import { Connection } from './connection.js'
 */
import { byId, setText } from './dom.js';
import { age } from './format.js';

/**
 * Says whether what is seen is what is so: everything is greyed while nothing comes in, and its age is told.
 *
 * @param {() => void} retryNow
 * @returns {{ change(connection: Connection): void, heard(): void, isLive(): boolean }}
 */
export function connectionView(retryNow) {
  const pill = byId('connection');
  const banner = byId('banner');
  const text = byId('banner-text');
  const countdown = byId('banner-countdown');
  /** @type {Connection} */
  let connection = { state: 'connecting' };
  /** @type {number | undefined} */
  let heardAt;
  byId('retry').addEventListener('click', retryNow);

  const tick = () => {
    const live = connection.state === 'live';
    const stale = !live && heardAt !== undefined;
    document.documentElement.classList.toggle('stale', stale);
    pill.dataset['state'] = connection.state;
    setText(pill, live ? 'live' : stale ? 'not connected' : 'connecting');
    banner.hidden = live || connection.state === 'connecting';
    if (live) return;
    const since = heardAt === undefined ? undefined : age(performance.now() - heardAt);
    setText(
      text,
      stale ? 'The application does not answer. What you see is old.' : 'The application does not answer.',
    );
    const next =
      connection.state === 'lost'
        ? `Next try in ${age(connection.retryAt - performance.now())}.`
        : 'Trying …';
    setText(countdown, since === undefined ? next : `Last heard of ${since} ago. ${next}`);
  };
  setInterval(tick, 500);

  return {
    change(next) {
      connection = next;
      tick();
    },
    heard() {
      heardAt = performance.now();
    },
    isLive: () => connection.state === 'live',
  };
}
