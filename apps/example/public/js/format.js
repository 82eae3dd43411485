const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/**
 * `12,345`.
 *
 * @param {number} value
 * @returns {string}
 */
export function count(value) {
  return numbers.format(value);
}

/**
 * `92 ms`, `1,480 ms`, `12.3 s`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function duration(ms) {
  return ms < 10_000 ? `${count(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/**
 * `4 s`, `3 min`: how old something is.
 *
 * @param {number} ms
 * @returns {string}
 */
export function age(ms) {
  return ms < 120_000 ? `${Math.max(0, Math.round(ms / 1000))} s` : `${Math.round(ms / 60_000)} min`;
}

/**
 * `14:03:22.071`, by the clock of the reader.
 *
 * @param {number} at
 * @returns {string}
 */
export function clock(at) {
  const date = new Date(at);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/**
 * `:20001` where all servers are on this machine, `10.0.0.1:6379` elsewhere.
 *
 * @param {string} address
 * @returns {string}
 */
export function short(address) {
  return address.replace(/^(127\.0\.0\.1|localhost|\[?::1\]?)(?=:\d+$)/, '');
}

/**
 * `1 write`, `2 writes`.
 *
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 * @returns {string}
 */
export function plural(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}
