/**
 * @import {
 *   FaultOffer, FaultReport, LaneState, PageMessage, PhaseMessage, SamplesMessage, SentinelEventMessage, Snapshot, Topology,
 * } from '../../src/page/messages.ts'
 * @import { Verdict } from './verdict.js'
 */
import { judge, nothingBroken } from './verdict.js';

/**
 * Everything that the page shows: a value, replaced and never changed. Lists are bounded.
 *
 * @typedef {object} Model
 * @property {number} at When the application last said something, by its own clock.
 * @property {readonly LaneState[]} lanes
 * @property {readonly FaultOffer[]} faults
 * @property {Topology} topology
 * @property {readonly SamplesMessage[]} samples
 * @property {readonly PhaseMessage[]} phases
 * @property {readonly (SentinelEventMessage | FaultReport)[]} log
 * @property {readonly FaultReport[]} running Faults and repairs that have begun and not ended.
 * @property {Verdict} verdict
 */

/** Five minutes of samples, and some hundred of everything else. */
export const limits = { samples: 1200, phases: 100, log: 400 };

/**
 * @param {Snapshot} snapshot
 * @returns {Model}
 */
export function begin({ at, lanes, faults, topology, samples, phases, sentinelEvents, faultReports }) {
  const model = {
    at,
    lanes,
    faults,
    topology,
    samples: samples.slice(-limits.samples),
    phases: phases.slice(-limits.phases),
    log: [...sentinelEvents, ...faultReports].sort((a, b) => a.at - b.at).slice(-limits.log),
    running: faultReports.reduce(track, /** @type {readonly FaultReport[]} */ ([])),
  };
  return faultReports.reduce(
    (so, report) => judged(so, report),
    judged({ ...model, verdict: nothingBroken }),
  );
}

/**
 * What the page shows after a message.
 *
 * @param {Model} model
 * @param {Exclude<PageMessage, Snapshot>} message
 * @returns {Model}
 */
export function advance(model, message) {
  switch (message.type) {
    case 'samples': {
      const { at } = message;
      const lanes = model.lanes.map((lane) => {
        const sample = message.lanes.find((each) => each.lane === lane.name);
        return sample ? { ...lane, totals: sample.totals, sinceFault: sample.sinceFault } : lane;
      });
      return judged({ ...model, at, lanes, samples: keep(model.samples, message, limits.samples) });
    }
    case 'topology':
      return judged({ ...model, at: message.topology.at, topology: message.topology });
    case 'lane': {
      const lanes = model.lanes.map((lane) => (lane.name === message.lane.name ? message.lane : lane));
      return { ...model, at: message.at, lanes };
    }
    case 'phase':
      return { ...model, at: message.at, phases: keep(model.phases, message, limits.phases) };
    case 'sentinel-event':
      return { ...model, at: message.at, log: keep(model.log, message, limits.log) };
    case 'fault': {
      const log = keep(model.log, message, limits.log);
      return judged({ ...model, at: message.at, log, running: track(model.running, message) }, message);
    }
    case 'verification':
      return { ...model, at: message.at };
  }
}

/**
 * The phases of the latest failover.
 *
 * @param {Model} model
 * @returns {readonly PhaseMessage[]}
 */
export function latestFailover({ phases }) {
  const number = phases.at(-1)?.failover;
  return phases.filter(({ failover }) => failover === number);
}

/**
 * @param {Model} model
 * @param {FaultReport} [report]
 * @returns {Model}
 */
function judged(model, report) {
  const verdict = judge(model.verdict, model, report);
  return verdict === model.verdict ? model : { ...model, verdict };
}

/**
 * @param {readonly FaultReport[]} running
 * @param {FaultReport} report
 * @returns {readonly FaultReport[]}
 */
function track(running, report) {
  const others = running.filter(({ id }) => id !== report.id);
  return report.state === 'begun' ? [...others, report] : others;
}

/**
 * @template T
 * @param {readonly T[]} list
 * @param {T} item
 * @param {number} limit
 * @returns {readonly T[]}
 */
function keep(list, item, limit) {
  return [...list.slice(1 - limit), item];
}
