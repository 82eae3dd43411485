/**
 * @import { FaultOffer, FaultReport, LaneState, LaneName, Topology } from '../../src/page/messages.ts'
 */
import { count, duration, plural, short } from './format.js';

/**
 * What became of the latest fault.
 *
 * - `idle`: nothing was broken yet.
 * - `failing-over`: it has begun, and the cluster has not settled.
 * - `checking`: it has, and what was acknowledged until then is being looked up.
 * - `final`: all of it was; what the lanes lost is known.
 * - `refused`: it could not be done.
 *
 * @typedef {{ state: 'idle' }
 *   | { state: 'failing-over', fault: Fault }
 *   | { state: 'checking', fault: Fault, to: string | null, until: ReadonlyMap<LaneName, number> }
 *   | { state: 'final', fault: Fault, to: string | null, lanes: readonly LaneState[] }
 *   | { state: 'refused', fault: Fault, reason: string }} Verdict
 */

/**
 * @typedef {object} Fault
 * @property {FaultReport} report
 * @property {string} title
 * @property {boolean} moves Whether it ends with another master.
 * @property {boolean} repaired Whether a repair has ended since, which may leave the master where it was.
 */

/**
 * What is judged from.
 *
 * @typedef {{ lanes: readonly LaneState[], faults: readonly FaultOffer[], topology: Topology }} Evidence
 */

/** @type {Verdict} */
export const nothingBroken = { state: 'idle' };

/**
 * @param {Verdict} verdict
 * @param {Evidence} evidence
 * @param {FaultReport} [report] What has just come in.
 * @returns {Verdict} The same one where nothing has changed.
 */
export function judge(verdict, evidence, report) {
  const next = report ? heed(verdict, evidence, report) : verdict;
  if (next.state === 'failing-over' && isOver(next.fault, evidence.topology)) {
    const until = new Map(
      watched(evidence.lanes).map(({ name, sinceFault }) => [name, sinceFault.acknowledged]),
    );
    return { state: 'checking', fault: next.fault, to: evidence.topology.master, until };
  }
  if (next.state === 'checking' && isChecked(next.until, evidence.lanes)) {
    return { state: 'final', fault: next.fault, to: next.to, lanes: watched(evidence.lanes) };
  }
  return next;
}

/**
 * @param {Verdict} verdict
 * @param {Evidence} evidence
 * @param {FaultReport} report
 * @returns {Verdict}
 */
function heed(verdict, { faults, topology }, report) {
  const offer = faults.find(({ name }) => name === report.fault);
  if (!offer) return verdict;
  if (offer.repair) {
    if (verdict.state !== 'failing-over' || report.state !== 'done') return verdict;
    return { ...verdict, fault: { ...verdict.fault, repaired: true } };
  }
  if (report.state === 'begun') {
    const moves =
      report.fault === 'failover' || (topology.master !== null && report.targets.includes(topology.master));
    return { state: 'failing-over', fault: { report, title: offer.title, moves, repaired: false } };
  }
  if (verdict.state === 'idle' || verdict.fault.report.id !== report.id) return verdict;
  const fault = { ...verdict.fault, report };
  return report.state === 'failed'
    ? { state: 'refused', fault, reason: report.reason ?? '' }
    : { ...verdict, fault };
}

/**
 * @param {Fault} fault
 * @param {Topology} topology
 * @returns {boolean}
 */
function isOver({ report, moves, repaired }, { master, settled }) {
  if (report.state !== 'done' || !settled || master === null) return false;
  return !moves || repaired || !report.targets.includes(master);
}

/**
 * Whether everything was looked up that had been acknowledged when the cluster settled; the oldest come first.
 *
 * @param {ReadonlyMap<LaneName, number>} until
 * @param {readonly LaneState[]} lanes
 * @returns {boolean}
 */
function isChecked(until, lanes) {
  return watched(lanes).every(({ name, sinceFault }) => {
    return sinceFault.acknowledged - sinceFault.unverified >= (until.get(name) ?? 0);
  });
}

/**
 * @param {readonly LaneState[]} lanes
 * @returns {readonly LaneState[]}
 */
function watched(lanes) {
  return lanes.filter(({ enabled }) => enabled);
}

/**
 * A verdict in words. They change when the verdict does, so that they can be read aloud.
 *
 * @typedef {object} Words
 * @property {'calm' | 'busy' | 'good' | 'bad'} tone
 * @property {string} headline
 * @property {readonly string[]} details
 */

/**
 * @param {Verdict} verdict
 * @returns {Words}
 */
export function inWords(verdict) {
  switch (verdict.state) {
    case 'idle':
      return {
        tone: 'calm',
        headline: 'All is well. Break something.',
        details: ['Every acknowledged write is looked up on the master afterwards.'],
      };
    case 'failing-over':
      return {
        tone: 'busy',
        headline: `${verdict.fault.title}: under way`,
        details: ['The verdict comes once the cluster has settled.'],
      };
    case 'checking':
      return {
        tone: 'busy',
        headline: `${verdict.fault.title}: ${verdict.fault.moves ? `the master is ${short(verdict.to ?? '')}` : 'done'}`,
        details: ['The cluster has settled. Acknowledged writes are being looked up.'],
      };
    case 'refused':
      return { tone: 'bad', headline: `${verdict.fault.title}: not possible`, details: [verdict.reason] };
    case 'final':
      return finalWords(verdict);
  }
}

/**
 * @param {Extract<Verdict, { state: 'final' }>} verdict
 * @returns {Words}
 */
function finalWords({ fault, to, lanes }) {
  const ours = lanes.filter((lane) => lane.ours);
  const lost = sum(ours, 'lost');
  const gap = Math.max(0, ...ours.map(({ sinceFault }) => sinceFault.longestGapMs));
  const where = fault.moves && to ? `, the master is ${short(to)}` : '';
  return {
    tone: lost + sum(ours, 'hung') === 0 ? 'good' : 'bad',
    headline: `${fault.title}: ${lost === 0 ? 'no write lost' : `${plural(lost, 'write')} lost`}${where}`,
    details: [
      `With switchmaster: ${count(lost)} lost, ${count(sum(ours, 'failed'))} failed, longest gap ${duration(gap)}.`,
      ...lanes.filter((lane) => !lane.ours).map(contrastWords),
    ],
  };
}

/**
 * @param {LaneState} lane
 * @returns {string}
 */
function contrastWords({ title, sinceFault: { lost, failed, longestGapMs } }) {
  return `${title}: ${count(lost)} lost, ${count(failed)} failed, longest gap ${duration(longestGapMs)}.`;
}

/**
 * @param {readonly LaneState[]} lanes
 * @param {'lost' | 'failed' | 'hung'} what
 * @returns {number}
 */
function sum(lanes, what) {
  return lanes.reduce((total, { sinceFault }) => total + sinceFault[what], 0);
}
