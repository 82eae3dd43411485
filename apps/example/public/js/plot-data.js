/** @import { LaneName, LaneSample, PhaseMessage, SamplesMessage } from '../../src/page/messages.ts' */

/**
 * A stretch of time, in milliseconds since 1970.
 *
 * @typedef {{ from: number, to: number }} Span
 */

/**
 * @param {readonly SamplesMessage[]} samples
 * @param {Span} span
 * @returns {readonly SamplesMessage[]}
 */
export function within(samples, { from }) {
  const first = samples.findIndex(({ at }) => at >= from);
  // One more on the left: the line comes in from outside.
  return first === -1 ? [] : samples.slice(Math.max(0, first - 1));
}

/**
 * A lane's acknowledged and failed operations, each second. `null` where it was off, or none failed.
 *
 * @param {readonly SamplesMessage[]} samples
 * @param {LaneName} lane
 * @returns {[number[], (number | null)[], (number | null)[]]}
 */
export function throughput(samples, lane) {
  const perSecond = samples.map((message) => {
    const sample = sampleOf(message, lane);
    const factor = 1000 / message.intervalMs;
    return sample && { acknowledged: sample.acknowledged * factor, failed: sample.failed * factor };
  });
  return [
    samples.map(({ at }) => at),
    perSecond.map((each) => each?.acknowledged ?? null),
    perSecond.map((each) => each?.failed || null),
  ];
}

/**
 * The 99th percentile of each lane's latencies; `null` where nothing was acknowledged.
 *
 * @param {readonly SamplesMessage[]} samples
 * @param {readonly LaneName[]} lanes
 * @returns {[number[], ...(number | null)[][]]}
 */
export function latencies(samples, lanes) {
  return [
    samples.map(({ at }) => at),
    ...lanes.map((lane) => samples.map((message) => sampleOf(message, lane)?.latency?.p99Ms ?? null)),
  ];
}

/**
 * When traffic was held.
 *
 * @param {readonly PhaseMessage[]} phases
 * @param {Span} span
 * @returns {Span[]}
 */
export function holds(phases, { to }) {
  return phases
    .filter(({ phase }) => phase === 'hold')
    .map(({ at, failover }) => {
      const end = phases.find((each) => {
        return (
          each.failover === failover && each.at >= at && (each.phase === 'moved' || each.phase === 'released')
        );
      });
      return { from: at, to: end?.at ?? to };
    });
}

/**
 * @param {SamplesMessage} message
 * @param {LaneName} lane
 * @returns {LaneSample | undefined}
 */
function sampleOf({ lanes }, lane) {
  return lanes.find((sample) => sample.lane === lane);
}
